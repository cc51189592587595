"""The number of queries of the calls that clients make most does not depend on rooms and members."""

from __future__ import annotations

from typing import Any

import pytest

from preferences.models import IgnoredSender
from tests.api_client import ApiClient
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db


def fill(ana: User, rooms: int) -> None:
    """Add this many rooms of each type, with members, an unread thread and an ignored sender in each."""
    for _number in range(rooms):
        bob, cy = UserFactory(), UserFactory()
        for room in (
            RoomFactory(members=[ana, bob, cy]),
            RoomFactory(type=RoomType.PRIVATE, members=[ana, bob]),
            direct_room(ana, bob),
        ):
            thread = message_in(room, ana)
            message_in(room, bob, parent=thread)
            room.subscriptions.filter(user=bob).update(is_muted=True)
            IgnoredSender.objects.create(subscription=room.subscriptions.get(user=ana), sender=bob)


@pytest.mark.parametrize(("name", "queries"), [("subscriptions.get", 7), ("rooms.get", 4)])
def test_more_rooms_take_the_same_number(name: str, queries: int, django_assert_num_queries: Any) -> None:
    ana = UserFactory()
    api = ApiClient(ana)
    for added, total in ((1, 3), (3, 12)):
        fill(ana, added)
        with django_assert_num_queries(queries):
            assert len(api.get(name).json()["update"]) == total
