"""The methods for the members of rooms."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory, direct_room
from tests.method_calls import call, call_error
from workspace.models import Room, RoomType, Subscription, User
from workspace.services.presence import activity_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(type=RoomType.PRIVATE, members=[ana, UserFactory(username="bob"), UserFactory(username="carl")])


def names(page: dict[str, Any]) -> list[str]:
    return [record["username"] for record in page["records"]]


def test_members_are_returned_in_pages(ana: User, room: Room) -> None:
    page = call(ana, "getUsersOfRoom", room.public_id, True, {"limit": 2, "skip": 1})
    assert (page["total"], names(page)) == (3, ["bob", "carl"])
    assert names(call(ana, "getUsersOfRoom", room.public_id, True, None, "ca")) == ["carl"]


def test_only_connected_members_are_returned_by_default(ana: User, room: Room) -> None:
    assert call(ana, "getUsersOfRoom", room.public_id) == {"total": 0, "records": []}
    activity_report(user=User.objects.get(username="bob"), client="x")
    assert names(call(ana, "getUsersOfRoom", room.public_id)) == ["bob"]


def test_members_of_direct_rooms_are_returned(ana: User) -> None:
    room = direct_room(ana, UserFactory(username="zoe"))
    assert names(call(ana, "getUsersOfRoom", room.public_id, True)) == ["ana", "zoe"]


def test_users_are_added(ana: User, room: Room) -> None:
    UserFactory(username="dora")
    assert call(ana, "addUsersToRoom", {"rid": room.public_id, "users": ["dora"]}) is True
    assert "dora" in names(call(ana, "getUsersOfRoom", room.public_id, True))
    assert call_error(ana, "addUsersToRoom", {"rid": room.public_id, "users": ["nobody"]})["error"] == (
        "error-invalid-user"
    )


def test_strangers_may_neither_see_nor_add(room: Room) -> None:
    stranger = UserFactory(username="eve")
    assert call_error(stranger, "getUsersOfRoom", room.public_id)["error"] == "error-invalid-room"
    added = {"rid": room.public_id, "users": ["eve"]}
    assert call_error(stranger, "addUsersToRoom", added)["error"] == "error-invalid-room"
    assert call_error(stranger, "addUsersToRoom", {"rid": room.public_id, "users": "eve"})["error"] == 400


def test_nobody_is_added_to_a_direct_room(ana: User) -> None:
    room = direct_room(ana, UserFactory())
    UserFactory(username="dora")
    error = call_error(ana, "addUsersToRoom", {"rid": room.public_id, "users": ["dora"]})
    assert error["error"] == "error-not-allowed"


def test_a_member_is_removed_by_an_owner(ana: User, room: Room) -> None:
    member = {"rid": room.public_id, "username": "bob"}
    assert call_error(ana, "removeUserFromRoom", member)["error"] == "error-not-allowed"
    Subscription.objects.filter(room=room, user=ana).update(is_owner=True)
    assert call(ana, "removeUserFromRoom", member) is True
    assert "bob" not in names(call(ana, "getUsersOfRoom", room.public_id, True))
    assert call_error(ana, "removeUserFromRoom", member)["error"] == "error-user-not-in-room"
    direct = direct_room(ana, User.objects.get(username="carl"))
    error = call_error(ana, "removeUserFromRoom", {"rid": direct.public_id, "username": "carl"})
    assert error["error"] == "error-not-allowed"


def test_a_member_is_muted_and_unmuted(ana: User, room: Room) -> None:
    bob, member = User.objects.get(username="bob"), {"rid": room.public_id, "username": "bob"}
    assert call_error(bob, "muteUserInRoom", {"rid": room.public_id, "username": "ana"})["error"] == "error-not-allowed"
    Subscription.objects.filter(room=room, user=ana).update(is_owner=True)
    assert call(ana, "muteUserInRoom", member) is True
    assert call_error(bob, "sendMessage", {"rid": room.public_id, "msg": "hi"})["error"] == "error-not-allowed"
    assert call(ana, "unmuteUserInRoom", member) is True
    assert call(bob, "sendMessage", {"rid": room.public_id, "msg": "hi"})["msg"] == "hi"
    assert call_error(ana, "muteUserInRoom", {})["error"] == 400
