"""Devices that show a message follow its edit or deletion, without alerting anybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from push.content.options import identity_of
from push.models import Device, ShownMessage, ShownRoom
from push.providers.apple.payload import apns_headers, apns_payload
from push.providers.gateway.batches import announcements_forget
from push.providers.google.payload import fcm_message
from push.providers.phone_pushes import push_of
from push.providers.routes import DevicePush
from push.sending import recording
from push.sending.dispatching import due_dispatch
from push.sending.remove_shown import remove_shown
from push.services.fanout import pending_decide
from push.services.retention import expired_prune
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.webpush import FakePushService
from tests.push.conftest import Post, queue, settings_change, subscribe
from workspace.models import Message, Room, Subscription, User
from workspace.services.accounts import user_deactivate
from workspace.services.messages import message_delete, message_edit
from workspace.services.reading import room_mark_read
from workspace.services.rooms import members_add, room_leave

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ask_gateways_anew() -> None:
    announcements_forget()


@pytest.fixture
def phone(receiver: User, device: Device) -> Device:
    """The receiver's phone, whose app can take notifications away."""
    device.capabilities = ["clear"]
    device.save()
    return device


@pytest.fixture
def shown(receiver: User, gateway: FakeGateway, post: Post) -> Message:
    """A message that the receiver's device shows."""
    message = post("disk full at six")
    pending_decide()
    due_dispatch()
    return message


def edit(message: Message, text: str = "disk full at seven") -> None:
    message_edit(editor=message.sender, message=message, text=text)
    pending_decide()
    remove_shown()


def delete(message: Message) -> None:
    message_delete(deleter=message.sender, message=message)
    pending_decide()
    remove_shown()


def updates(gateway: FakeGateway) -> list[dict[str, Any]]:
    """Return what the gateway was sent after the notification itself."""
    return [one.options for one in gateway.accepted if one.options.get("silent") or one.options.get("passive")]


def test_a_deleted_message_is_taken_away_alone(phone: Device, gateway: FakeGateway, shown: Message, room: Room) -> None:
    Subscription.objects.filter(user=phone.user).update(unread=2)
    delete(shown)
    [options] = updates(gateway)
    assert options["silent"] is True
    assert not {"title", "text", "sound"} & set(options)
    assert options["payload"]["type"] == "clear"
    assert options["payload"]["messageId"] == shown.public_id
    assert options["payload"]["rid"] == room.public_id
    assert options["badge"] == 2
    assert not ShownMessage.objects.exists()
    remove_shown()
    assert len(updates(gateway)) == 1


def test_an_edited_message_gets_its_new_text_silently(phone: Device, gateway: FakeGateway, shown: Message) -> None:
    first = gateway.accepted[0].options
    edit(shown)
    [options] = updates(gateway)
    assert options["text"] == "ana: disk full at seven"
    assert (options["sound"], options["passive"], options["badge"]) == ("", True, 0)
    assert options["collapse"] == first["identity"]
    assert options["identity"] != first["identity"]
    assert options["payload"]["messageId"] == shown.public_id
    assert options["payload"]["replaces"] is True
    edit(shown, "disk full at eight")
    assert [one["text"] for one in updates(gateway)] == ["ana: disk full at seven", "ana: disk full at eight"]


def test_apple_and_google_are_told_to_replace_and_not_to_alert(
    phone: Device, gateway: FakeGateway, shown: Message
) -> None:
    first = gateway.accepted[0].options
    edit(shown)
    [options] = updates(gateway)
    push = push_of(DevicePush(phone, options))
    aps = apns_payload(push)["aps"]
    assert aps["alert"]["body"] == "ana: disk full at seven"
    assert aps["interruption-level"] == "passive"
    assert "sound" not in aps
    headers = apns_headers(push, at=timezone.now())
    assert headers["apns-collapse-id"] == first["identity"]
    assert headers["apns-id"] == options["identity"]
    assert (headers["apns-push-type"], headers["apns-priority"]) == ("alert", "5")
    phone.type = "gcm"
    message = fcm_message(push_of(DevicePush(phone, options)))["message"]
    assert message["data"]["tag"] == message["android"]["collapse_key"] == first["identity"]
    assert message["data"]["message"] == "ana: disk full at seven"
    assert "soundname" not in message["data"]


@pytest.mark.parametrize("can_replace", [True, False])
def test_apples_devices_replace_by_themselves_where_the_gateway_passes_it_on(
    gateway: FakeGateway, device: Device, shown: Message, can_replace: bool
) -> None:
    gateway.replaces = can_replace
    edit(shown)
    delete(shown)
    texts = ["ana: disk full at seven", "This message was deleted."]
    assert [one["text"] for one in updates(gateway)] == (texts if can_replace else [])
    assert not ShownMessage.objects.exists()


def test_googles_apps_that_cannot_are_left_alone(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    Device.objects.update(type="gcm")
    queue(receiver, message := post())
    due_dispatch()
    edit(message)
    delete(message)
    assert updates(gateway) == []


@pytest.mark.parametrize("change", [edit, delete])
def test_nothing_is_sent_of_what_was_read_or_never_came(
    phone: Device, gateway: FakeGateway, receiver: User, shown: Message, room: Room, post: Post, change: Any
) -> None:
    never_sent = post("nobody was notified")
    change(never_sent)
    other = DeviceFactory(user=receiver, capabilities=["clear"])
    room_mark_read(user=receiver, room=room)
    remove_shown()
    before = len(updates(gateway))
    change(shown)
    assert len(updates(gateway)) == before
    assert not [one for one in gateway.received if one.token == other.token]


def test_what_is_read_before_the_update_leaves_needs_none(
    phone: Device, gateway: FakeGateway, receiver: User, shown: Message, room: Room
) -> None:
    message_edit(editor=shown.sender, message=shown, text="new")
    pending_decide()
    room_mark_read(user=receiver, room=room)
    remove_shown()
    assert [one["payload"]["type"] for one in updates(gateway)] == ["clear"]
    assert not ShownMessage.objects.exists()


@pytest.mark.parametrize("change", [message_delete, message_edit])
def test_what_changes_while_it_is_on_its_way_is_corrected(
    phone: Device, gateway: FakeGateway, receiver: User, post: Post, change: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, record = post("old"), recording.attempts_close

    def change_meanwhile(**values: Any) -> None:
        if change is message_edit:
            message_edit(editor=message.sender, message=message, text="new")
        else:
            message_delete(deleter=message.sender, message=message)
        record(**values)

    monkeypatch.setattr(recording, "attempts_close", change_meanwhile)
    queue(receiver, message)
    due_dispatch()
    monkeypatch.undo()
    remove_shown()
    [options] = updates(gateway)
    assert options.get("text") == ("ana: new" if change is message_edit else None)


def test_an_edit_changes_nothing_where_texts_are_hidden(phone: Device, gateway: FakeGateway, shown: Message) -> None:
    settings_change(show_message=False)
    edit(shown)
    assert updates(gateway) == []
    delete(shown)
    assert len(updates(gateway)) == 1


def test_browsers_replace_and_remove_by_the_message(
    gateway: FakeGateway, push_service: FakePushService, room: Room, post: Post
) -> None:
    member = UserFactory()
    members_add(room=room, users=[member])
    subscribe(member, push_service)
    message = post("old")
    queue(member, message)
    due_dispatch()
    edit(message, "new")
    delete(message)
    first, replaced, removed = push_service.delivered
    assert (replaced.content["kind"], replaced.content["text"]) == ("message", "ana: new")
    assert replaced.content["replaces"] is True
    assert replaced.content["payload"]["messageId"] == message.public_id
    assert "receipt" not in replaced.content
    assert removed.content == {"kind": "clear", "tag": room.public_id, "badge": 0, "message": message.public_id}
    # What still waits for the device may be of a newer message.
    assert replaced.headers["topic"] == removed.headers["topic"] != first.headers["topic"]


def test_a_refused_update_is_tried_again_under_the_same_identity(
    phone: Device, gateway: FakeGateway, shown: Message
) -> None:
    gateway.script(phone.token, Reply(503))
    edit(shown)
    assert ShownMessage.objects.get().tries == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        remove_shown()
    first, second = (one.options["identity"] for one in gateway.received if one.options.get("passive"))
    assert first == second
    assert not ShownMessage.objects.exists()


def test_identities_differ_from_those_of_notifications(phone: Device, gateway: FakeGateway, shown: Message) -> None:
    delete(shown)
    [options] = updates(gateway)
    assert options["identity"] != identity_of(shown.notifications.get().pk, phone.pk)


def test_a_room_that_is_deleted_is_taken_away(phone: Device, gateway: FakeGateway, shown: Message, room: Room) -> None:
    public_id = room.public_id
    room.delete()
    remove_shown()
    [options] = updates(gateway)
    assert (options["payload"]["type"], options["payload"]["rid"]) == ("clear", public_id)
    assert not ShownRoom.objects.exists()


def test_who_left_while_it_was_on_its_way_is_shown_it_no_longer(
    phone: Device, gateway: FakeGateway, receiver: User, room: Room, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = recording.attempts_close

    def leave_meanwhile(**values: Any) -> None:
        if Subscription.objects.filter(user=receiver).exists():
            room_leave(user=receiver, room=room)
        record(**values)

    monkeypatch.setattr(recording, "attempts_close", leave_meanwhile)
    queue(receiver, post())
    due_dispatch()
    remove_shown()
    assert len(updates(gateway)) == 1


def test_a_change_that_many_devices_show_takes_few_queries(
    gateway: FakeGateway, room: Room, post: Post, django_assert_max_num_queries: Any
) -> None:
    members = UserFactory.create_batch(15)
    members_add(room=room, users=members)
    message = post("old")
    for member in members:
        DeviceFactory(user=member, capabilities=["clear"])
    pending_decide()
    due_dispatch()
    message_edit(editor=message.sender, message=message, text="new")
    with django_assert_max_num_queries(60):
        pending_decide()
        remove_shown()
    assert len(updates(gateway)) == 15


def test_what_could_never_be_sent_is_forgotten_after_a_while(
    phone: Device, gateway: FakeGateway, shown: Message, settings: Any
) -> None:
    message_delete(deleter=shown.sender, message=shown)
    pending_decide()
    assert ShownMessage.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=settings.RETENTION_DAYS + 1)):
        expired_prune()
    assert not ShownMessage.objects.exists()


def test_a_deactivated_accounts_device_is_cleared_and_then_forgotten(
    phone: Device, gateway: FakeGateway, receiver: User, shown: Message
) -> None:
    other = DeviceFactory(user=receiver)
    user_deactivate(user=receiver, by=UserFactory(roles=("admin",), is_superuser=True))
    assert not Device.objects.filter(pk=other.pk).exists()
    assert Device.objects.get(pk=phone.pk).disabled_at is not None
    remove_shown()
    assert [one["payload"]["type"] for one in updates(gateway)] == ["clear"]
    assert not Device.objects.filter(user=receiver).exists()
