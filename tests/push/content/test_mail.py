"""What an e-mail says, by room and privacy settings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings as django_settings

from push.content.mail import email_of
from push.models import Channel
from push.selectors.items import Item
from tests.factories import EmailAddressFactory, direct_room, message_in
from tests.push.conftest import Post, settings_change
from workspace.models import GeneralSettings, Message, Room, User

pytestmark = pytest.mark.django_db

MailOf = Callable[..., Item]


@pytest.fixture
def mail_item(receiver: User, item_of: Callable[..., Item]) -> Callable[[Message], Item]:
    EmailAddressFactory(user=receiver, address="bob@example.org")
    return lambda message: item_of(receiver, message, Channel.EMAIL)


def test_it_names_sender_and_room_and_links_to_the_message(post: Post, mail_item: MailOf) -> None:
    message = post("disk full")
    mail = email_of(mail_item(message))
    assert mail.to == ["bob@example.org"]
    assert mail.subject == "[Callboard] ana wrote in #ops"
    assert mail.body == (
        f"ana wrote:\n\ndisk full\n\nOpen it: {django_settings.SITE_URL}/channel/ops?msg={message.public_id}\n"
    )
    assert mail.message()["Auto-Submitted"] == "auto-generated"


def test_a_direct_message_is_from_its_sender(receiver: User, room: Room, mail_item: MailOf) -> None:
    direct = direct_room(room.creator, receiver)
    message = message_in(direct, room.creator, "psst")
    mail = email_of(mail_item(message))
    assert mail.subject == "[Callboard] Direct message from ana"
    assert f"/direct/{direct.public_id}?msg={message.public_id}" in mail.body


def test_names_are_left_out_where_they_are_not_to_be_shown(post: Post, mail_item: MailOf) -> None:
    settings_change(show_username_room=False)
    mail = email_of(mail_item(post("disk full")))
    assert mail.subject == "[Callboard] You have a new message"
    assert "disk full" in mail.body
    assert "ana" not in mail.body
    assert "ops" not in mail.body


def test_the_text_is_left_out_where_it_is_not_to_be_shown(post: Post, mail_item: MailOf) -> None:
    settings_change(show_message=False)
    mail = email_of(mail_item(post("disk full")))
    assert "disk full" not in mail.body
    assert "You have a new message" in mail.body


def test_an_encrypted_message_is_never_readable(room: Room, mail_item: MailOf) -> None:
    mail = email_of(mail_item(message_in(room, room.creator, "q83vQ83v", type="e2e")))
    assert "q83v" not in mail.body


def test_a_name_with_line_breaks_cannot_add_headers(post: Post, mail_item: MailOf) -> None:
    GeneralSettings.objects.update(site_name="Evil\r\nBcc: all@example.org")
    GeneralSettings.forget_cached()
    message = email_of(mail_item(post())).message()
    assert message["Bcc"] is None
    assert message["Subject"].startswith("[Evil Bcc: all@example.org]")


def test_the_identity_stays_for_every_retry(post: Post, mail_item: MailOf) -> None:
    item = mail_item(post())
    assert email_of(item).message()["Message-ID"] == email_of(item).message()["Message-ID"]
