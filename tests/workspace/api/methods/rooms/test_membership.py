"""The methods that return rooms, and those for the caller's membership."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from tests.factories import RoomFactory, UserFactory, direct_room
from tests.method_calls import call, call_error
from workspace.models import Room, RoomType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(name="deploys", members=[ana])


@pytest.fixture
def hidden() -> Room:
    """A private group that ana is not in."""
    return RoomFactory(name="secrets", type=RoomType.PRIVATE, members=[UserFactory()])


def test_rooms_and_subscriptions_are_a_list_without_a_date(ana: User, room: Room) -> None:
    assert [found["name"] for found in call(ana, "rooms/get")] == ["deploys"]
    assert [found["rid"] for found in call(ana, "subscriptions/get")] == [room.public_id]


def test_with_a_date_only_changes_are_returned(ana: User) -> None:
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False):
        RoomFactory(name="old", members=[ana])
    since = {"$date": int(datetime(2026, 5, 1, 11, tzinfo=UTC).timestamp() * 1000)}
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        left = RoomFactory(name="new", members=[ana])
        for name in ("rooms/get", "subscriptions/get"):
            changes = call(ana, name, since)
            assert [room["name"] for room in changes["update"]] == ["new"]
            assert changes["remove"] == []
        call(ana, "leaveRoom", left.public_id)
        gone = call(ana, "rooms/get", since)["remove"]
    assert gone == [{"_id": left.public_id, "_deletedAt": {"$date": 1777636800000}}]


def test_a_room_is_found_by_id_or_name(ana: User, room: Room) -> None:
    assert call(ana, "getRoomById", room.public_id)["name"] == "deploys"
    assert call(ana, "getRoomByTypeAndName", "c", "deploys")["_id"] == room.public_id
    assert call(ana, "getRoomByTypeAndName", "c", room.public_id)["_id"] == room.public_id
    assert call(ana, "getRoomIdByNameOrId", "deploys") == room.public_id
    assert call(ana, "getRoomIdByNameOrId", room.public_id) == room.public_id
    assert call(ana, "getRoomNameById", room.public_id) == "deploys"
    assert call(ana, "canAccessRoom", room.public_id, ana.public_id)["name"] == "deploys"


def test_a_direct_room_has_no_name(ana: User) -> None:
    room = direct_room(ana, UserFactory())
    assert call(ana, "getRoomNameById", room.public_id) is None
    assert call(ana, "getRoomByTypeAndName", "d", room.public_id)["t"] == "d"


def test_unreadable_rooms_are_reported_as_unknown(ana: User, hidden: Room) -> None:
    for rid in (hidden.public_id, "nowhere"):
        assert call_error(ana, "getRoomById", rid)["error"] == "error-room-not-found"
        assert call_error(ana, "getRoomByTypeAndName", "p", rid)["error"] == "error-invalid-room"
        assert call_error(ana, "getRoomIdByNameOrId", rid)["error"] == "error-not-allowed"
        assert call_error(ana, "getRoomNameById", rid)["error"] == "error-not-allowed"
        assert call(ana, "canAccessRoom", rid) is False
        assert call_error(ana, "openRoom", rid)["error"] == "error-invalid-room"
        for name, arguments in (("leaveRoom", []), ("hideRoom", []), ("toggleFavorite", [True])):
            assert call_error(ana, name, rid, *arguments)["error"] == "error-room-not-found"
        assert call_error(ana, "joinRoom", rid)["error"] == "error-room-not-found"


def test_a_room_of_another_type_is_unknown(ana: User, room: Room) -> None:
    assert call_error(ana, "getRoomByTypeAndName", "p", room.public_id)["error"] == "error-invalid-room"


def test_a_channel_is_joined_opened_and_left(ana: User) -> None:
    room = RoomFactory(name="open", members=[UserFactory()])
    assert call(ana, "openRoom", room.public_id) == 0
    assert call(ana, "joinRoom", room.public_id) is True
    assert call(ana, "hideRoom", room.public_id) == 1
    assert call(ana, "subscriptions/get")[0]["open"] is False
    assert call(ana, "openRoom", room.public_id) == 1
    assert call(ana, "subscriptions/get")[0]["open"] is True
    for favorite in (True, False):
        assert call(ana, "toggleFavorite", room.public_id, favorite) == 1
        assert call(ana, "subscriptions/get")[0]["f"] is favorite
    assert call(ana, "leaveRoom", room.public_id) is None
    assert call(ana, "subscriptions/get") == []


def test_a_direct_room_cannot_be_left(ana: User) -> None:
    room = direct_room(ana, UserFactory())
    assert call_error(ana, "leaveRoom", room.public_id)["error"] == "error-not-allowed"


def test_a_direct_message_is_created_for_one_user_or_several(ana: User) -> None:
    UserFactory(username="bob")
    UserFactory(username="carl")
    single = call(ana, "createDirectMessage", "bob")
    assert (single["t"], single["usernames"]) == ("d", ["ana", "bob"])
    assert call(ana, "createDirectMessage", "bob")["rid"] == single["rid"]
    assert call(ana, "createDirectMessage", "bob", "carl")["usernames"] == ["ana", "bob", "carl"]
    assert call_error(ana, "createDirectMessage", "nobody")["error"] == "error-invalid-user"
    assert call_error(ana, "createDirectMessage")["error"] == "invalid-params"
    assert call_error(ana, "createDirectMessage", "bob", 5)["error"] == 400


def test_channels_and_groups_are_created(ana: User) -> None:
    bob = UserFactory(username="bob")
    channel = call(ana, "createChannel", "news", ["bob"], False, {}, {"broadcast": False})
    group = call(ana, "createPrivateGroup", "team", ["bob"])
    assert (channel["rid"], channel["t"], channel["usersCount"]) == (channel["_id"], "c", 2)
    assert (group["rid"], group["t"]) == (group["_id"], "p")
    assert {room["name"] for room in call(bob, "rooms/get")} == {"news", "team"}
    assert call_error(ana, "createChannel", "news")["error"] == "error-duplicate-channel-name"
