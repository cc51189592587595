"""The methods for the roles of members in a room."""

from __future__ import annotations

import pytest

from tests.factories import RoomFactory, UserFactory, direct_room
from tests.method_calls import call, call_error
from workspace.models import Room, RoomType, Subscription, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture(params=[RoomType.CHANNEL, RoomType.PRIVATE])
def room(request: pytest.FixtureRequest, ana: User, bob: User) -> Room:
    room: Room = RoomFactory(type=request.param, members=[ana, bob])
    Subscription.objects.filter(user=ana).update(is_owner=True)
    return room


def roles(caller: User, room: Room) -> dict[str, list[str]]:
    return {row["u"]["username"]: row["roles"] for row in call(caller, "getRoomRoles", room.public_id)}


@pytest.mark.parametrize("role", ["Owner", "Moderator", "Leader"])
def test_an_owner_gives_and_withdraws_a_role(ana: User, bob: User, room: Room, role: str) -> None:
    assert call(ana, f"addRoom{role}", room.public_id, bob.public_id) is True
    assert roles(bob, room) == {"ana": ["owner"], "bob": [role.lower()]}
    assert call(ana, f"removeRoom{role}", room.public_id, bob.public_id) is True
    assert roles(bob, room) == {"ana": ["owner"]}


@pytest.mark.parametrize("name", ["addRoomOwner", "removeRoomOwner", "addRoomModerator", "removeRoomLeader"])
def test_other_members_and_strangers_may_not(bob: User, ana: User, room: Room, name: str) -> None:
    assert call_error(bob, name, room.public_id, ana.public_id)["error"] == "error-not-allowed"
    assert call_error(ana, name, "nowhere", bob.public_id)["error"] == "error-invalid-room"


def test_a_direct_room_has_no_roles(ana: User, bob: User) -> None:
    room = direct_room(ana, bob)
    assert call(ana, "getRoomRoles", room.public_id) == []
    assert call_error(ana, "addRoomOwner", room.public_id, bob.public_id)["error"] == "error-not-allowed"
    assert call_error(UserFactory(), "getRoomRoles", room.public_id)["error"] == "error-invalid-room"
