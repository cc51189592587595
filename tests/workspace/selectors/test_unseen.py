"""Rooms with unseen messages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import Room, Subscription, User
from workspace.selectors.unseen import unseen_subscription_keys
from workspace.services.messages import message_delete
from workspace.services.reading import room_mark_read

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


def has_unseen(user: User, room: Room) -> bool:
    row = Subscription.objects.select_related("room").get(user=user, room=room)
    return row.pk in unseen_subscription_keys([row])


def test_messages_of_others_are_unseen_until_read(ana: User, bob: User, room: Room) -> None:
    assert not has_unseen(ana, room)
    message_in(room, bob)
    assert has_unseen(ana, room)
    room_mark_read(user=ana, room=room)
    assert not has_unseen(ana, room)


def test_ones_own_messages_are_not_unseen(ana: User, bob: User, room: Room) -> None:
    message_in(room, ana)
    assert not has_unseen(ana, room)
    assert has_unseen(bob, room)


def test_ones_own_message_does_not_hide_earlier_unseen_ones(ana: User, bob: User, room: Room) -> None:
    message_in(room, bob)
    message_in(room, ana)
    assert has_unseen(ana, room)


def test_deleted_messages_are_not_unseen(ana: User, bob: User, room: Room) -> None:
    message_delete(deleter=bob, message=message_in(room, bob))
    assert not has_unseen(ana, room)


def test_counted_messages_are_unseen(ana: User, room: Room) -> None:
    Subscription.objects.filter(user=ana).update(unread=1)
    assert has_unseen(ana, room)


def test_many_rooms_take_as_many_queries_as_one(ana: User, bob: User, django_assert_num_queries: Any) -> None:
    rooms = [RoomFactory(members=[ana, bob]) for _number in range(3)]
    for room in rooms[:2]:
        message_in(room, bob)
    rows = list(Subscription.objects.filter(user=ana).select_related("room"))
    with django_assert_num_queries(2):
        news = unseen_subscription_keys(rows)
    assert {row.room for row in rows if row.pk in news} == set(rooms[:2])
