"""What takes notifications out of the queue."""

from __future__ import annotations

import pytest

from push.models import Channel, EndReason, Notification, State
from tests.factories import UserFactory, direct_room, message_in
from tests.push.conftest import Post, claimed_by, queue
from workspace.models import Room, User
from workspace.services.messages import message_delete
from workspace.services.reading import room_mark_read
from workspace.services.rooms import members_add, room_leave

pytestmark = pytest.mark.django_db


def endings() -> list[tuple[str, str]]:
    return list(Notification.objects.order_by("pk").values_list("state", "reason"))


def test_reading_a_room_drops_all_that_waits_for_the_member_there(receiver: User, room: Room, post: Post) -> None:
    message = post()
    queue(receiver, message, due_in=60)
    queue(receiver, message, due_in=60, channel=Channel.EMAIL)
    queue(receiver, post(), due_in=60, state=State.RETRYING)
    room_mark_read(user=receiver, room=room)
    assert endings() == [(State.DROPPED, EndReason.CLEARED_BY_READ)] * 3
    assert all(item.finished_at for item in Notification.objects.all())


def test_reading_touches_neither_other_rooms_nor_other_members(receiver: User, room: Room, post: Post) -> None:
    other = UserFactory()
    members_add(room=room, users=[other])
    queue(other, post(), due_in=60)
    elsewhere = direct_room(room.creator, receiver)
    queue(receiver, message_in(elsewhere, room.creator), due_in=60)
    room_mark_read(user=receiver, room=room)
    assert endings() == [(State.QUEUED, "")] * 2


def test_finished_items_keep_their_reason(receiver: User, room: Room, post: Post) -> None:
    message = post()
    sent = queue(receiver, message)
    Notification.objects.filter(pk=sent.pk).update(state=State.SENT, finished_at=sent.created_at)
    room_mark_read(user=receiver, room=room)
    message_delete(deleter=room.creator, message=message)
    assert endings() == [(State.SENT, "")]


def test_an_item_that_is_being_sent_is_left_to_its_worker(receiver: User, room: Room, post: Post) -> None:
    item = queue(receiver, post())
    claimed_by(item)
    room_mark_read(user=receiver, room=room)
    assert endings() == [(State.QUEUED, "")]


def test_an_item_that_is_only_claimed_is_dropped_at_once(receiver: User, room: Room, post: Post) -> None:
    claimed_by(queue(receiver, post()), is_begun=False)
    room_mark_read(user=receiver, room=room)
    assert endings() == [(State.DROPPED, EndReason.CLEARED_BY_READ)]


def test_deleting_a_message_drops_its_items_of_all_members(receiver: User, room: Room, post: Post) -> None:
    other = UserFactory()
    members_add(room=room, users=[other])
    message = post()
    queue(receiver, message, due_in=60)
    queue(other, message, due_in=60)
    queue(receiver, post("another"), due_in=60)
    message_delete(deleter=room.creator, message=message)
    assert endings() == [(State.DROPPED, EndReason.MESSAGE_GONE)] * 2 + [(State.QUEUED, "")]


def test_leaving_a_room_drops_what_waits_there(receiver: User, room: Room, post: Post) -> None:
    queue(receiver, post(), due_in=60)
    room_leave(user=receiver, room=room)
    assert endings() == [(State.DROPPED, EndReason.ACCESS_LOST)]
