"""What the tests of channels and private groups have in common."""

from __future__ import annotations

import pytest

from tests.factories import RoomFactory, UserFactory
from workspace.models import Room, RoomType, Subscription, User

KINDS = [("channels", RoomType.CHANNEL), ("groups", RoomType.PRIVATE)]
of_both_kinds = pytest.mark.parametrize(("prefix", "type"), KINDS)


def owned_room(owner: User, *others: User, type: RoomType = RoomType.CHANNEL, name: str = "ops") -> Room:
    """Return a room with an owner and other members."""
    room: Room = RoomFactory(name=name, type=type, creator=owner, members=[owner, *others])
    room.subscriptions.filter(user=owner).update(is_owner=True)
    return room


def membership(room: Room, user: User) -> Subscription:
    return room.subscriptions.get(user=user)


def events(room: Room) -> list[tuple[str, str, str]]:
    """Return the room's system messages: type, sender and text."""
    rows = room.messages.exclude(type="").order_by("pk").values_list("type", "sender__username", "text")
    return list(rows)


def admin() -> User:
    user: User = UserFactory(username="root", roles=("user", "admin"))
    return user
