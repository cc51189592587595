"""Notifications of messages from incoming webhooks: under the name that they are posted with."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from push.content.mail import email_of
from push.content.options import push_content
from push.models import Channel
from push.selectors.desktop import message_texts
from push.selectors.items import Item
from tests.factories import EmailAddressFactory, UserFactory
from tests.push.conftest import settings_change
from tests.webhooks import webhook_of
from workspace.models import Message, Room, User
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db

ItemOf = Callable[..., Item]


@pytest.fixture
def posted(room: Room) -> Message:
    """What a webhook named "Monitoring" posts as "Alarm: db"."""
    admin = UserFactory(roles=("admin",))
    members_add(room=room, users=[admin])
    hook = webhook_of(admin, channels=f"#{room.name}")
    hook.post(text="Disk alert", username="Alarm: db", attachments=[{"title": "db1", "text": "is full"}])
    return Message.objects.get(text="Disk alert")


def test_a_push_shows_the_alias_the_text_and_the_attachments(receiver: User, posted: Message, item_of: ItemOf) -> None:
    item = item_of(receiver, posted)
    options = item.devices[0].kind.payload.message(item, item.devices[0], push_content(item))
    # Apps take what is before the first colon for the name.
    assert (options["title"], options["text"]) == ("#ops", "Alarm db: Disk alert\ndb1: is full")
    payload = options["payload"]
    payload = json.loads(payload) if isinstance(payload, str) else payload
    assert payload["senderName"] == payload["sender"]["name"] == "Alarm db"
    assert payload["sender"]["username"] == "monitoring"


def test_a_push_without_names_does_not_show_the_alias(receiver: User, posted: Message, item_of: ItemOf) -> None:
    settings_change(show_username_room=False)
    item = item_of(receiver, posted)
    options = item.devices[0].kind.payload.message(item, item.devices[0], push_content(item))
    assert "Alarm" not in str(options)


def test_an_e_mail_shows_the_alias(receiver: User, posted: Message, item_of: ItemOf) -> None:
    EmailAddressFactory(user=receiver, address="bob@example.org")
    mail = email_of([item_of(receiver, posted, Channel.EMAIL)])
    assert mail.subject == "[Callboard] Alarm db wrote in #ops"
    assert "db1: is full" in mail.body


def test_an_open_page_shows_the_alias(receiver: User, posted: Message) -> None:
    assert message_texts(posted, receiver)["text"].startswith("Alarm db: Disk alert")


def test_fields_are_shown_if_an_attachment_has_nothing_else(receiver: User, posted: Message) -> None:
    posted.text, posted.attachments = "", [{"fields": [{"title": "Host", "value": "db1"}, {"value": "x"}, 1]}]
    assert message_texts(posted, receiver)["text"] == "Alarm db: Host: db1, x"
