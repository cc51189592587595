"""Each field of what ntfy is sent, under every privacy setting."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import compress
from typing import Any

import pytest
from django.conf import settings as django_settings

from push.content.options import identity_of
from push.models import Device, Notification
from push.providers.disclosure import LEFT_OUT, PLACEHOLDER, Privacy
from push.providers.ntfy.payload import DISCLOSURE
from push.sending.dispatching import due_dispatch
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from tests.fakes.ntfy import FakeNtfy
from tests.push.conftest import Post, queue, settings_change
from workspace.models import GeneralSettings, Room, User
from workspace.services.rooms import members_add
from workspace.setting_groups import SettingsGroup, licence

pytestmark = pytest.mark.django_db

FIELDS = {one.path: one for one in DISCLOSURE.fields}


@pytest.fixture
def licensed() -> Iterator[None]:
    def granted() -> Collection[str]:
        return ["push-privacy"]

    licence.source_register(granted)
    SettingsGroup.forget_cached()
    yield
    licence.source_unregister(granted)


@pytest.fixture
def sent(receiver: User, topic: Device, post: Post, ntfy: FakeNtfy) -> Callable[..., dict[str, Any]]:
    """Send a notification of a new message, and return what the server got."""

    def send(message: Any = None, *, rule: str = "mentioned") -> dict[str, Any]:
        item = queue(receiver, message or post())
        Notification.objects.filter(pk=item.pk).update(rule=rule)
        due_dispatch()
        return ntfy.published[-1].message

    return send


def test_every_field(sent: Callable[..., dict[str, Any]], room: Room, receiver: User, topic: Device) -> None:
    message = sent()
    assert message["topic"] == "ana-7Kq2x"
    assert message["title"] == "#ops"
    assert message["message"] == "ana: disk full"
    assert message["tags"] == ["speech_balloon"]
    assert message["click"].startswith(f"{django_settings.SITE_URL}/channel/ops?msg=")
    assert message["icon"].endswith(f"/avatar/room/{room.public_id}?format=png&size=128")
    assert message["sequence_id"] == identity_of(Notification.objects.get().pk, topic.pk)
    assert set(message) <= set(FIELDS)


@pytest.mark.parametrize(
    ("rule", "priority"), [("direct_message", 4), ("mentioned", 4), ("highlight", 4), ("all_messages", 3)]
)
def test_the_priority_is_higher_for_what_is_meant_for_the_member(
    sent: Callable[..., dict[str, Any]], rule: str, priority: int
) -> None:
    assert sent(rule=rule)["priority"] == priority


def test_in_a_direct_room_the_title_is_the_sender(sent: Callable[..., dict[str, Any]], receiver: User) -> None:
    sender = UserFactory(username="eve")
    message = sent(message_in(direct_room(sender, receiver), sender, "hi"))
    assert (message["title"], message["message"]) == ("eve", "hi")


@pytest.mark.parametrize("names_hidden", [False, True], ids=["names", "no names"])
@pytest.mark.parametrize("message_hidden", [False, True], ids=["message", "no message"])
@pytest.mark.parametrize("content_hidden", [False, True], ids=["content", "id only"])
def test_the_privacy_settings_hide_what_the_list_says(
    licensed: None,
    receiver: User,
    sent: Callable[..., dict[str, Any]],
    names_hidden: bool,
    message_hidden: bool,
    content_hidden: bool,
) -> None:
    settings_change(
        show_username_room=not names_hidden,
        show_message=not message_hidden,
        request_content_from_server=content_hidden,
    )
    active = set(compress(Privacy, (names_hidden, message_hidden, content_hidden)))
    sender = UserFactory(username="anasilva", name="Ana Silva")
    room = RoomFactory(public_id="GENERAL", name="boardroom", creator=sender)
    members_add(room=room, users=[receiver])
    message = sent(message_in(room, sender, "the merger is off"))
    site = GeneralSettings.current().site_name
    for path, value in message.items():
        instead = {text for privacy, text in FIELDS[path].hidden.items() if privacy in active}
        assert LEFT_OUT not in instead, path
        if "the name of this site" in instead:
            assert value == site
        if any("the address of this site" in text for text in instead):
            assert value == django_settings.SITE_URL
        if any(PLACEHOLDER in text for text in instead):
            assert value.endswith("You have a new message")
    whole = str(message)
    if names_hidden or content_hidden:
        assert not [secret for secret in ("boardroom", "anasilva", "Ana Silva", "GENERAL") if secret in whole]
    if message_hidden or content_hidden:
        assert "merger" not in whole
