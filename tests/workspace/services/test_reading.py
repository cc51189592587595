"""Unread counters, and marking rooms as read."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Room, Subscription, User
from workspace.services.messages import message_post, system_message_post
from workspace.services.reading import room_mark_read, unread_count_add
from workspace.signals import room_read

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    return RoomFactory(members=[ana, bob])


def counters(user: User, room: Room) -> tuple[int, int, int]:
    """Return the numbers of unread messages, mentions and group mentions."""
    row = Subscription.objects.get(user=user, room=room)
    return row.unread, row.user_mentions, row.group_mentions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", (0, 0, 0)),
        ("@bob", (1, 1, 0)),
        ("@all", (1, 0, 1)),
        ("@here", (1, 0, 1)),
        ("@bob and @all", (1, 1, 1)),
        ("@ana", (0, 0, 0)),
    ],
)
def test_messages_that_concern_the_member_are_counted(
    ana: User, bob: User, room: Room, text: str, expected: tuple[int, int, int]
) -> None:
    unread_count_add(message=message_in(room, ana, text))
    assert counters(bob, room) == expected
    assert counters(ana, room) == (0, 0, 0)


def test_every_message_counts_in_a_direct_room_and_shows_it_again(ana: User, bob: User) -> None:
    room = direct_room(ana, bob)
    Subscription.objects.update(is_open=False)
    unread_count_add(message=message_in(room, ana, "hello"))
    unread_count_add(message=message_in(room, ana, "@bob"))
    assert counters(bob, room) == (2, 1, 0)
    assert Subscription.objects.get(user=bob, room=room).is_open
    assert not Subscription.objects.get(user=ana, room=room).is_open


def test_neither_system_messages_nor_thread_replies_count(ana: User, bob: User) -> None:
    room = direct_room(ana, bob)
    parent = message_in(room, bob)
    unread_count_add(message=system_message_post(room=room, user=ana, type="uj", text="@bob"))
    unread_count_add(message=message_post(sender=ana, room=room, text="@bob", parent=parent))
    assert counters(bob, room) == (0, 0, 0)
    shown = message_post(sender=ana, room=room, text="@bob", parent=parent, is_shown_in_room=True)
    unread_count_add(message=shown)
    assert counters(bob, room) == (1, 1, 0)


def test_a_message_read_before_it_is_counted_does_not_count(ana: User, bob: User, room: Room) -> None:
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False) as clock:
        message = message_in(room, ana, "@bob")
        clock.shift(1)
        room_mark_read(user=bob, room=room)
        unread_count_add(message=message)
        assert counters(bob, room) == (0, 0, 0)
        clock.shift(1)
        unread_count_add(message=message_in(room, ana, "@bob"))
    assert counters(bob, room) == (1, 1, 0)


def test_reading_clears_ones_own_counters_and_is_announced(ana: User, bob: User, room: Room) -> None:
    sent: list[dict[str, Any]] = []

    def listen(**fields: Any) -> None:
        sent.append(fields)

    unread_count_add(message=message_in(room, UserFactory(), "@ana @bob"))
    room_read.connect(listen)
    try:
        assert room_mark_read(user=bob, room=room) is True
    finally:
        room_read.disconnect(listen)
    seen = Subscription.objects.get(user=bob, room=room)
    assert (counters(bob, room), counters(ana, room)) == ((0, 0, 0), (1, 1, 0))
    assert (sent[0]["user"], sent[0]["room"], sent[0]["at"]) == (bob, room, seen.last_seen_at)


def test_a_room_that_the_user_is_not_in_is_not_read(room: Room) -> None:
    assert room_mark_read(user=UserFactory(), room=room) is False


def test_many_messages_add_up(ana: User, bob: User, room: Room) -> None:
    for text in ("@bob", "@all", "@bob @here", "nothing"):
        unread_count_add(message=message_in(room, ana, text))
    assert counters(bob, room) == (3, 2, 2)
