"""The content of pushes, depending on room, settings and language."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings

from cloud.models import SetupWizardSettings
from push.content.options import PushContents, identity_in, push_content, room_number
from push.models import Device
from push.selectors.items import Item
from tests.factories import DeviceFactory, RoomFactory, UserFactory, direct_room, message_in
from tests.push.conftest import Post, settings_change
from workspace.models import GeneralSettings, Message, Room, RoomType, Subscription, User
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db

ItemOf = Callable[..., Item]
PLACEHOLDER = "You have a new message"


def options_of(item: Item) -> dict[str, Any]:
    return options_for(item, item.devices[0])


def options_for(item: Item, device: Device) -> dict[str, Any]:
    return device.kind.payload.message(item, device, push_content(item))


def title_and_text(item: Item) -> tuple[str, str]:
    options = options_of(item)
    return options["title"], options["text"]


@pytest.fixture
def private(receiver: User, room: Room) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, name="board", creator=room.creator, members=[receiver])


@pytest.fixture
def direct(receiver: User, room: Room) -> Room:
    return direct_room(room.creator, receiver)


def use_real_names() -> None:
    general = GeneralSettings.stored()
    general.use_real_name = True
    general.save()


def test_a_channels_push_contains_room_and_sender(receiver: User, post: Post, item_of: ItemOf) -> None:
    assert title_and_text(item_of(receiver, post("disk full"))) == ("#ops", "ana: disk full")


@pytest.mark.parametrize(
    ("attachments", "said"),
    [
        (
            [{"title": "Disk full", "text": "on db-1"}, {"fallback": "see the graph"}],
            "Disk full: on db-1\nsee the graph",
        ),
        ([{"image_url": "/x.png", "description": "a cat"}], "a cat"),
        ([{"title": 7, "text": None}, "nonsense"], PLACEHOLDER),
    ],
)
def test_a_message_without_text_shows_its_attachments_text(
    receiver: User, post: Post, item_of: ItemOf, attachments: list[Any], said: str
) -> None:
    message = post("")
    Message.objects.filter(pk=message.pk).update(attachments=attachments)
    message.refresh_from_db()
    assert title_and_text(item_of(receiver, message))[1] == f"ana: {said}"


def test_a_private_groups_push_contains_room_and_sender(receiver: User, private: Room, item_of: ItemOf) -> None:
    item = item_of(receiver, message_in(private, private.creator, "budget"))
    assert title_and_text(item) == ("#board", "ana: budget")


def test_a_direct_messages_push_is_titled_by_its_sender(receiver: User, direct: Room, item_of: ItemOf) -> None:
    item = item_of(receiver, message_in(direct, direct.creator, "psst"))
    assert title_and_text(item) == ("ana", "psst")


def test_real_names_are_shown_if_the_workspace_uses_them(
    receiver: User, post: Post, direct: Room, item_of: ItemOf
) -> None:
    use_real_names()
    item = item_of(receiver, post("disk full"))
    assert title_and_text(item) == ("#ops", "Ana Silva: disk full")
    assert options_of(item)["payload"]["senderName"] == "Ana Silva"


def test_a_long_name_leaves_room_for_the_text(receiver: User, room: Room, post: Post, item_of: ItemOf) -> None:
    use_real_names()
    User.objects.filter(pk=room.creator.pk).update(name="🦄" * 250)
    message = Message.objects.get(pk=post("disk full").pk)
    options = options_of(item_of(receiver, message))
    shown = "🦄" * 64 + "…"
    assert options["text"] == f"{shown}: disk full"
    assert (options["payload"]["senderName"], options["payload"]["sender"]["name"]) == (shown, shown)


@pytest.mark.parametrize(("names", "words"), list(itertools.product([True, False], repeat=2)))
def test_the_privacy_settings_decide_what_is_shown(
    receiver: User, post: Post, item_of: ItemOf, names: bool, words: bool
) -> None:
    settings_change(show_username_room=names, show_message=words)
    said = "disk full" if words else PLACEHOLDER
    item = item_of(receiver, post("disk full"))
    assert title_and_text(item) == (("#ops", f"ana: {said}") if names else ("", said))


@pytest.mark.parametrize(("names", "words"), list(itertools.product([True, False], repeat=2)))
def test_hidden_content_is_nowhere_in_the_push(
    receiver: User, private: Room, item_of: ItemOf, names: bool, words: bool
) -> None:
    settings_change(show_username_room=names, show_message=words)
    options = options_of(item_of(receiver, message_in(private, private.creator, "the budget")))
    everything = repr(options)
    assert ("board" in everything) == ("'ana" in everything) == ("Ana Silva" in everything) == names
    assert ("the budget" in everything) == words


def test_a_direct_message_without_names_shows_its_text_alone(receiver: User, direct: Room, item_of: ItemOf) -> None:
    settings_change(show_username_room=False)
    item = item_of(receiver, message_in(direct, direct.creator, "psst"))
    assert title_and_text(item) == ("", "psst")


def test_long_names_and_texts_are_cut_on_whole_characters(
    receiver: User, room: Room, post: Post, item_of: ItemOf
) -> None:
    Room.objects.filter(pk=room.pk).update(name="r" * 100)
    title, text = title_and_text(item_of(receiver, post("x" * 233 + "👩\u200d🚀" + "tail")))
    assert title == "#" + "r" * 63 + "…"
    assert text == "ana: " + "x" * 233 + "…"


def test_the_payload_lets_the_app_open_the_message(receiver: User, room: Room, post: Post, item_of: ItemOf) -> None:
    message = post("disk full")
    assert options_of(item_of(receiver, message))["payload"] == {
        "host": django_settings.SITE_URL,
        "rid": room.public_id,
        "type": "c",
        "name": "ops",
        "sender": {"_id": room.creator.public_id, "username": "ana", "name": "Ana Silva"},
        "senderName": "ana",
        "messageId": message.public_id,
        "notificationType": "message",
    }


def test_a_thread_replys_payload_contains_the_thread(receiver: User, post: Post, item_of: ItemOf) -> None:
    thread = post("thread")
    payload = options_of(item_of(receiver, post("reply", parent=thread)))["payload"]
    assert payload["tmid"] == thread.public_id


def test_a_direct_messages_payload_has_no_room_name(receiver: User, direct: Room, item_of: ItemOf) -> None:
    payload = options_of(item_of(receiver, message_in(direct, direct.creator)))["payload"]
    assert payload["type"] == "d"
    assert "name" not in payload


def encrypted(room: Room, **fields: Any) -> Message:
    return message_in(room, room.creator, type="e2e", **fields)


def test_an_encrypted_message_carries_its_ciphertext_and_no_readable_text(
    receiver: User, room: Room, item_of: ItemOf
) -> None:
    content = {"algorithm": "rc.v1.aes-sha2", "ciphertext": "q83v"}
    options = options_of(item_of(receiver, encrypted(room, text="slipped in", content=content)))
    assert options["text"] == f"ana: {PLACEHOLDER}"
    assert options["payload"]["messageType"] == "e2e"
    assert options["payload"]["content"] == content
    assert "slipped in" not in repr(options)


def test_an_old_encrypted_message_carries_its_ciphertext_as_msg(receiver: User, room: Room, item_of: ItemOf) -> None:
    payload = options_of(item_of(receiver, encrypted(room, text="q83vQ83v")))["payload"]
    assert payload["msg"] == "q83vQ83v"


def test_ciphertext_is_omitted_if_messages_are_hidden(receiver: User, room: Room, item_of: ItemOf) -> None:
    settings_change(show_message=False)
    options = options_of(item_of(receiver, encrypted(room, content={"ciphertext": "q83v"})))
    assert options["payload"]["messageType"] == "e2e"
    assert "q83v" not in repr(options)


def test_the_options_are_those_of_the_protocol(receiver: User, device: Device, post: Post, item_of: ItemOf) -> None:
    options = options_of(item_of(receiver, post()))
    assert options["uniqueId"] == GeneralSettings.current().unique_id
    assert options["from"] == "push"
    assert options["sound"] == "default"
    assert options["topic"] == device.app_name
    assert options["userId"] == receiver.public_id
    assert options["createdBy"] == "<SERVER>"
    assert options["createdAt"].endswith("Z")
    assert (options["sent"], options["sending"]) == (False, 0)
    assert options["gcm"]["style"] == "inbox"


def test_only_apple_devices_have_a_topic(receiver: User, post: Post, item_of: ItemOf) -> None:
    google = DeviceFactory(user=receiver, type="gcm")
    assert "topic" not in options_for(item_of(receiver, post()), google)


def test_the_badge_counts_what_is_unread_in_all_rooms(
    receiver: User, room: Room, private: Room, post: Post, item_of: ItemOf
) -> None:
    Subscription.objects.filter(user=receiver, room=room).update(unread=3)
    Subscription.objects.filter(user=receiver, room=private).update(unread=4)
    assert options_of(item_of(receiver, post()))["badge"] == 7


def test_one_rooms_pushes_share_their_number(receiver: User, room: Room, private: Room, item_of: ItemOf) -> None:
    first = options_of(item_of(receiver, message_in(room, room.creator)))["notId"]
    assert first == room_number(GeneralSettings.current().unique_id, room.public_id)
    numbers = {room_number("workspace", f"room{number}") for number in range(2000)}
    assert len(numbers) == 2000
    assert all(-(2**31) <= number < 2**31 and number not in (0, 1) for number in numbers)


def test_a_rooms_number_cannot_be_computed_from_the_push(settings: Any) -> None:
    """`uniqueId` is sent too, and `GENERAL` is the id of a room in every workspace."""
    ours = room_number("workspace", "GENERAL")
    settings.SECRET_KEY = "another site's key"
    assert room_number("workspace", "GENERAL") != ours


def test_a_member_who_may_post_can_reply(receiver: User, room: Room, post: Post, item_of: ItemOf) -> None:
    assert options_of(item_of(receiver, post()))["apn"] == {"category": "MESSAGE"}


@pytest.mark.parametrize("change", [{"is_read_only": True}, {"is_archived": True}])
def test_replies_are_not_offered_in_read_only_rooms(
    receiver: User, room: Room, post: Post, item_of: ItemOf, change: dict[str, bool]
) -> None:
    message = post()
    Room.objects.filter(pk=room.pk).update(**change)
    assert options_of(item_of(receiver, message))["apn"] == {"category": "MESSAGE_NOREPLY"}


def test_a_muted_member_cannot_reply(receiver: User, room: Room, post: Post, item_of: ItemOf) -> None:
    Subscription.objects.filter(user=receiver, room=room).update(is_muted=True)
    assert options_of(item_of(receiver, post()))["apn"] == {"category": "MESSAGE_NOREPLY"}


def test_the_identity_is_stable_per_device(receiver: User, device: Device, post: Post, item_of: ItemOf) -> None:
    other = DeviceFactory(user=receiver)
    item = item_of(receiver, post())
    identities = [options_for(item, one)["identity"] for one in (device, other, device)]
    assert identities[0] == identities[2] != identities[1]


def test_a_bot_without_a_name_is_shown_with_its_username(receiver: User, room: Room, item_of: ItemOf) -> None:
    bot = UserFactory(username="buildbot", name="")
    members_add(room=room, users=[bot])
    use_real_names()
    item = item_of(receiver, message_in(room, bot, "done"))
    assert title_and_text(item) == ("#ops", "buildbot: done")


def test_messages_for_the_whole_room_cannot_use_the_reserved_quota(receiver: User, post: Post, item_of: ItemOf) -> None:
    wizard = SetupWizardSettings.stored()
    wizard.quota_reserved = 10
    wizard.save()
    mention = item_of(receiver, post("@bob disk full"))
    assert "quotaKept" not in options_of(mention)
    mention.notification.rule = "default_all"
    assert options_of(mention)["quotaKept"] == 10


@pytest.mark.parametrize("hidden", [{}, {"show_message": False}, {"request_content_from_server": True}])
def test_contents_of_a_round_are_those_of_single_items(
    room: Room, post: Post, item_of: ItemOf, hidden: dict[str, bool]
) -> None:
    settings_change(**hidden)
    contents = PushContents()
    for message, language in itertools.product([post("disk full"), post("again")], ["", "de", ""]):
        user = UserFactory(language=language)
        members_add(room=room, users=[user])
        item = item_of(user, message)
        for rule, badge in (("mentioned", 1), ("all_messages", 7)):
            item.notification.rule, item.badge = rule, badge
            own, together = push_content(item), contents.of(item)
            assert {**together.shared, "createdAt": ""} == {**own.shared, "createdAt": ""}
            assert {**together.sent, "createdAt": ""} == {**own.sent, "createdAt": ""}


def test_the_identity_of_a_push_is_a_uuid_of_its_url() -> None:
    for number in range(50):
        expected = uuid.uuid5(uuid.NAMESPACE_URL, f"Ws{number}/{number}/{number * 7}")
        assert identity_in(f"Ws{number}", number, number * 7) == str(expected)
