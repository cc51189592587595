"""The content of e-mails, depending on room and privacy settings."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from preferences.models import AccountPreferences
from push.content.mail import email_of
from push.models import Channel
from push.selectors.items import Item, items_load
from push.sending.claiming import users_claim
from tests.factories import EmailAddressFactory, direct_room, message_in
from tests.push.conftest import Post, queue, settings_change
from workspace.models import GeneralSettings, Message, Room, User

pytestmark = pytest.mark.django_db

MailOf = Callable[..., Item]
MailsOf = Callable[..., list[Item]]


@pytest.fixture
def mail_item(receiver: User, item_of: Callable[..., Item]) -> Callable[[Message], Item]:
    EmailAddressFactory(user=receiver, address="bob@example.org")
    return lambda message: item_of(receiver, message, Channel.EMAIL)


@pytest.fixture
def mail_items(receiver: User) -> Callable[..., list[Item]]:
    """Queues several messages for the receiver and loads them together."""
    EmailAddressFactory(user=receiver, address="bob@example.org")

    def read(*messages: Message) -> list[Item]:
        keys = [queue(receiver, message, channel=Channel.EMAIL).pk for message in messages]
        claim = users_claim(limit=10, now=timezone.now())
        assert claim is not None
        return items_load(keys=keys, token=claim.token, at=timezone.now())

    return read


def test_it_contains_sender_room_and_a_link_to_the_message(post: Post, mail_item: MailOf) -> None:
    message = post("disk full")
    mail = email_of([mail_item(message)])
    assert mail.to == ["bob@example.org"]
    assert mail.subject == "[Callboard] ana wrote in #ops"
    assert mail.body.startswith(
        f"ana wrote:\n\ndisk full\n\nOpen the room: {django_settings.SITE_URL}/channel/ops?msg={message.public_id}\n"
    )
    assert mail.message()["Auto-Submitted"] == "auto-generated"


def test_it_is_all_in_one_language(post: Post, receiver: User, mail_item: MailOf) -> None:
    User.objects.filter(pk=receiver.pk).update(language="fr")
    mail = email_of([mail_item(post("disk full"))])
    assert mail.subject == "[Callboard] ana wrote in #ops"
    assert 'lang="en"' in mail.alternatives[0][0]


def test_a_direct_message_is_from_its_sender(receiver: User, room: Room, mail_item: MailOf) -> None:
    direct = direct_room(room.creator, receiver)
    message = message_in(direct, room.creator, "psst")
    mail = email_of([mail_item(message)])
    assert mail.subject == "[Callboard] Direct message from ana"
    assert f"/direct/{direct.public_id}?msg={message.public_id}" in mail.body


def test_names_are_omitted_if_the_settings_hide_them(post: Post, mail_item: MailOf) -> None:
    settings_change(show_username_room=False)
    mail = email_of([mail_item(post("disk full"))])
    assert mail.subject == "[Callboard] You have a new message"
    assert "disk full" in mail.body
    assert "ana" not in mail.body
    assert "ops" not in mail.body


def test_the_text_is_omitted_if_the_settings_hide_it(post: Post, mail_item: MailOf) -> None:
    settings_change(show_message=False)
    mail = email_of([mail_item(post("disk full"))])
    assert "disk full" not in mail.body
    assert "You have a new message" in mail.body


def test_an_encrypted_message_is_never_readable(room: Room, mail_item: MailOf) -> None:
    mail = email_of([mail_item(message_in(room, room.creator, "q83vQ83v", type="e2e"))])
    assert "q83v" not in mail.body


def test_a_name_with_line_breaks_cannot_add_headers(post: Post, mail_item: MailOf) -> None:
    GeneralSettings.objects.update(site_name="Evil\r\nBcc: all@example.org")
    GeneralSettings.forget_cached()
    message = email_of([mail_item(post())]).message()
    assert message["Bcc"] is None
    assert message["Subject"].startswith("[Evil Bcc: all@example.org]")


def test_the_identity_is_the_same_for_all_retries(post: Post, mail_item: MailOf) -> None:
    item = mail_item(post())
    assert email_of([item]).message()["Message-ID"] == email_of([item]).message()["Message-ID"]


def html_of(mail: EmailMultiAlternatives) -> str:
    (html,) = [str(part.content) for part in mail.alternatives if part.mimetype == "text/html"]
    return html


def test_html_and_text_have_the_same_content_and_text_is_escaped(post: Post, mail_item: MailOf) -> None:
    mail = email_of([mail_item(post("a < b & c"))])
    assert "a < b & c" in mail.body
    html = html_of(mail)
    assert "a &lt; b &amp; c" in html
    assert ">ana<" in html
    assert "#ops" in html


def test_several_messages_are_in_one_mail_in_order(post: Post, mail_items: MailsOf) -> None:
    items = mail_items(post("first"), post("second"), post("third"))
    mail = email_of(items)
    assert mail.subject == "[Callboard] 3 new messages in #ops"
    for text in (mail.body, html_of(mail)):
        assert text.index("first") < text.index("second") < text.index("third")
    assert mail.message()["Message-ID"] != email_of(items[:1]).message()["Message-ID"]


def test_messages_beyond_the_limit_are_only_counted(
    post: Post, mail_items: MailsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("push.content.mail.MAX_MESSAGES", 1)
    mail = email_of(mail_items(post("first"), post("second"), post("third")))
    assert "second" not in mail.body
    for text in (mail.body, html_of(mail)):
        assert "And 2 more messages." in text


def test_several_without_names_or_from_one_person(receiver: User, room: Room, post: Post, mail_items: MailsOf) -> None:
    direct = direct_room(room.creator, receiver)
    said = [message_in(direct, room.creator, text) for text in ("psst", "hey")]
    items = mail_items(*said, post("one"), post("two"))
    assert email_of(items[:2]).subject == "[Callboard] 2 direct messages from ana"
    settings_change(show_username_room=False)
    mail = email_of(items[2:])
    assert mail.subject == "[Callboard] You have 2 new messages"
    assert "ana" not in html_of(mail)
    assert "#ops" not in html_of(mail)


def test_every_link_works(client: Client, receiver: User, post: Post, mail_item: MailOf) -> None:
    mail = email_of([mail_item(post())])
    client.force_login(receiver, backend="workspace.authentication.NameOrEmailBackend")
    links = re.findall(r'href="([^"]+)"', html_of(mail))
    assert len(links) == 3
    for link in links:
        assert link in mail.body
        assert client.get(link.removeprefix(django_settings.SITE_URL), follow=True).status_code == 200


def test_one_click_unsubscribes(client: Client, receiver: User, post: Post, mail_item: MailOf) -> None:
    headers = email_of([mail_item(post())]).message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(headers["List-Unsubscribe"]).replace("\n", "").strip("<> ").removeprefix(django_settings.SITE_URL)
    assert client.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert AccountPreferences.objects.get(user=receiver).email == "nothing"


def test_a_threads_mails_have_common_headers(room: Room, post: Post, mail_items: MailsOf) -> None:
    thread, other = post("shall we?"), post("by the way")
    reply = message_in(room, room.creator, "yes", parent=thread)
    items = mail_items(thread, reply, other)
    first, answer, alone = (email_of([item]).extra_headers for item in items)
    assert answer["In-Reply-To"] == answer["References"] == first["References"]
    assert "In-Reply-To" not in first
    assert alone["References"] != first["References"]
    assert len({headers["Message-ID"] for headers in (first, answer, alone)}) == 3
    assert "References" not in email_of([items[0], items[2]]).extra_headers
