"""What was read elsewhere is taken off the devices that show it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from push.models import Device, ShownRoom
from push.sending import recording
from push.sending.dispatching import due_dispatch
from push.sending.remove_shown import LEASE, Updates, remove_shown
from push.services.retention import expired_prune
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.webpush import FakePushService
from tests.push.conftest import Post, queue, settings_change, subscribe
from workspace.models import Room, Subscription, User
from workspace.services.reading import room_mark_read
from workspace.services.rooms import members_add, room_leave

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(receiver: User, device: Device) -> Device:
    """The receiver's phone, whose app can take notifications away."""
    device.capabilities = ["clear"]
    device.save()
    return device


def silent(gateway: FakeGateway) -> list[dict[str, Any]]:
    return [one.options for one in gateway.accepted if one.options.get("silent")]


def show(receiver: User, post: Post, *texts: str) -> None:
    for text in texts or ("disk full",):
        queue(receiver, post(text))
    due_dispatch()


def test_one_reading_is_one_silent_update(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post, "one", "two", "three")
    room_mark_read(user=receiver, room=room)
    room_mark_read(user=receiver, room=room)
    assert remove_shown()
    [options] = silent(gateway)
    assert options["payload"] == {
        "host": "http://127.0.0.1:8000",
        "rid": room.public_id,
        "type": "clear",
        "notId": options["notId"],
        "badge": 0,
    }
    assert (options["contentAvailable"], options["badge"], options["topic"]) == (True, 0, phone.app_name)
    assert not {"title", "text"} & set(options)
    shown = next(one.options for one in gateway.accepted if one.options.get("text"))
    assert options["notId"] == shown["notId"]
    assert not ShownRoom.objects.exists()
    room_mark_read(user=receiver, room=room)
    remove_shown()
    assert len(silent(gateway)) == 1


def test_the_badge_is_what_other_rooms_have_unread(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post)
    members_add(room=(other := RoomFactory()), users=[receiver])
    Subscription.objects.filter(user=receiver, room=other).update(unread=4)
    room_mark_read(user=receiver, room=room)
    remove_shown()
    assert silent(gateway)[0]["badge"] == 4


def test_a_device_that_was_shown_nothing_of_the_room_is_left_alone(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post)
    members_add(room=(other := RoomFactory()), users=[receiver])
    room_mark_read(user=receiver, room=other)
    assert remove_shown()
    assert silent(gateway) == []


def test_an_app_that_has_not_announced_it_is_left_alone(
    gateway: FakeGateway, receiver: User, device: Device, room: Room, post: Post
) -> None:
    show(receiver, post)
    room_mark_read(user=receiver, room=room)
    remove_shown()
    assert silent(gateway) == []
    assert not ShownRoom.objects.exists()


def test_somebody_elses_reading_clears_nothing(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post)
    room_mark_read(user=room.creator, room=room)
    remove_shown()
    assert silent(gateway) == []


def test_what_came_after_the_reading_stays(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post, "old")
    room_mark_read(user=receiver, room=room)
    show(receiver, post, "new")
    remove_shown()
    assert silent(gateway) == []
    room_mark_read(user=receiver, room=room)
    remove_shown()
    assert len(silent(gateway)) == 1


def test_what_was_read_while_it_was_on_its_way_is_taken_away(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = recording.attempts_close

    def read_meanwhile(**values: Any) -> None:
        room_mark_read(user=receiver, room=room)
        record(**values)

    monkeypatch.setattr(recording, "attempts_close", read_meanwhile)
    show(receiver, post)
    remove_shown()
    assert len(silent(gateway)) == 1


def test_who_leaves_the_room_sees_nothing_more_of_it(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post)
    room_leave(user=receiver, room=room)
    remove_shown()
    assert len(silent(gateway)) == 1


def test_browsers_get_theirs_in_place_of_what_still_waits_for_them(
    push_service: FakePushService, room: Room, post: Post
) -> None:
    member = UserFactory()
    members_add(room=room, users=[member])
    subscribe(member, push_service)
    show(member, post)
    room_mark_read(user=member, room=room)
    remove_shown()
    message, update = push_service.delivered
    assert update.content == {"kind": "clear", "tag": room.public_id, "badge": 0}
    assert update.headers["topic"] == message.headers["topic"]


def test_no_answer_is_tried_again_with_the_same_identity(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post)
    room_mark_read(user=receiver, room=room)
    gateway.script(phone.token, Reply(503))
    remove_shown()
    assert silent(gateway) == []
    [waiting] = ShownRoom.objects.all()
    assert waiting.tries == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        remove_shown()
    first, second = (one.options["identity"] for one in gateway.received if one.options.get("silent"))
    assert first == second
    assert not ShownRoom.objects.exists()


def test_a_refusal_ends_it_and_a_dead_token_is_noted(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post)
    room_mark_read(user=receiver, room=room)
    gateway.script(phone.token, Reply(406))
    remove_shown()
    assert not ShownRoom.objects.exists()
    phone.refresh_from_db()
    assert phone.disabled_at is not None


def test_a_worker_that_dies_leaves_it_to_another(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(receiver, post)
    room_mark_read(user=receiver, room=room)
    monkeypatch.setattr(Updates, "send", lambda _updates: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        remove_shown()
    monkeypatch.undo()
    remove_shown()
    assert silent(gateway) == []
    with time_machine.travel(timezone.now() + LEASE):
        remove_shown()
    assert len(silent(gateway)) == 1


def test_nothing_is_sent_while_push_is_off(
    gateway: FakeGateway, receiver: User, phone: Device, room: Room, post: Post
) -> None:
    show(receiver, post)
    settings_change(enable=False)
    room_mark_read(user=receiver, room=room)
    remove_shown()
    assert silent(gateway) == []
    assert not ShownRoom.objects.exists()


def test_many_devices_are_told_in_few_queries(
    gateway: FakeGateway, room: Room, post: Post, django_assert_max_num_queries: Any
) -> None:
    members = UserFactory.create_batch(20)
    members_add(room=room, users=members)
    message = message_in(room, room.creator)
    for member in members:
        DeviceFactory(user=member, capabilities=["clear"])
        queue(member, message)
    due_dispatch()
    for member in members:
        room_mark_read(user=member, room=room)
    with django_assert_max_num_queries(20):
        remove_shown()
    assert len(silent(gateway)) == 20


def test_what_is_never_read_is_forgotten_after_a_while(
    gateway: FakeGateway, receiver: User, phone: Device, post: Post, settings: Any
) -> None:
    show(receiver, post)
    assert ShownRoom.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=settings.RETENTION_DAYS + 1)):
        expired_prune()
    assert not ShownRoom.objects.exists()
