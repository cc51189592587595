"""saveRoomSettings, archiveRoom, unarchiveRoom and eraseRoom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory, direct_room
from tests.method_calls import call, call_error
from workspace.models import Room, RoomType, Subscription, User
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture(params=[RoomType.CHANNEL, RoomType.PRIVATE])
def room(request: pytest.FixtureRequest, ana: User) -> Room:
    room: Room = RoomFactory(name="team", type=request.param, members=[ana, UserFactory(username="bob")])
    Subscription.objects.filter(user=ana).update(is_owner=True)
    return room


def seen(user: User, room: Room) -> Any:
    return call(user, "getRoomById", room.public_id)


def test_several_settings_are_saved_at_once(ana: User, room: Room) -> None:
    changes = {
        "roomName": "crew",
        "roomTopic": "Ships",
        "roomDescription": "About ships",
        "roomAnnouncement": "Ahoy",
        "readOnly": True,
        "reactWhenReadOnly": True,
    }
    assert call(ana, "saveRoomSettings", room.public_id, changes) == {"result": True, "rid": room.public_id}
    found = seen(ana, room)
    assert (found["name"], found["topic"], found["ro"]) == ("crew", "Ships", True)
    assert (found["description"], found["announcement"]) == ("About ships", "Ahoy")


def test_one_setting_is_saved_by_its_name(ana: User, room: Room) -> None:
    call(ana, "saveRoomSettings", room.public_id, "roomTopic", "Ships")
    assert seen(ana, room)["topic"] == "Ships"


def test_the_type_of_a_room_is_changed(ana: User, room: Room) -> None:
    other = RoomType.PRIVATE if room.type == RoomType.CHANNEL else RoomType.CHANNEL
    call(ana, "saveRoomSettings", room.public_id, {"roomType": other})
    assert seen(ana, room)["t"] == other


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roomTopic": "new", "unknown": 1}, "error-invalid-settings"),
        ({"roomTopic": "new", "encrypted": True}, "error-invalid-settings"),
        ({"roomTopic": "new", "retentionMaxAge": 30}, "error-invalid-settings"),
        ({"roomTopic": "new", "reactWhenReadOnly": "yes"}, "invalid-params"),
        ({"roomTopic": "new", "readOnly": "yes"}, "invalid-params"),
        ({"roomTopic": 5}, "invalid-params"),
    ],
)
def test_if_one_setting_is_invalid_none_is_saved(ana: User, room: Room, changes: Any, code: Any) -> None:
    assert call_error(ana, "saveRoomSettings", room.public_id, changes)["error"] == code
    assert seen(ana, room)["topic"] == ""


@pytest.mark.parametrize("changes", [{"roomTopic": "x"}, {"readOnly": True}, {"reactWhenReadOnly": True}])
def test_members_without_the_permission_may_not(room: Room, changes: Any) -> None:
    bob = User.objects.get(username="bob")
    assert call_error(bob, "saveRoomSettings", room.public_id, changes)["error"] == "error-action-not-allowed"
    assert call_error(UserFactory(), "saveRoomSettings", "nowhere", changes)["error"] == "error-invalid-room"


def test_a_direct_room_cannot_be_archived_or_deleted(ana: User) -> None:
    direct = direct_room(ana, UserFactory())
    assert call_error(ana, "archiveRoom", direct.public_id)["error"] == "error-direct-message-room"
    assert call_error(ana, "unarchiveRoom", direct.public_id)["error"] == "error-not-authorized"
    assert call_error(ana, "eraseRoom", direct.public_id)["error"] == "error-not-allowed"


def test_a_room_is_archived_and_reopened(room: Room) -> None:
    admin = UserFactory(roles=("admin", "user"))
    members_add(room=room, users=[admin])
    assert call(admin, "archiveRoom", room.public_id) is None
    assert seen(admin, room)["archived"] is True
    assert call(admin, "unarchiveRoom", room.public_id) is None
    assert seen(admin, room)["archived"] is False
    assert call_error(UserFactory(), "archiveRoom", "nowhere")["error"] == "error-invalid-room"


def test_a_room_is_deleted_by_its_owner(ana: User, room: Room) -> None:
    bob = User.objects.get(username="bob")
    assert call_error(bob, "eraseRoom", room.public_id)["error"] == "error-not-allowed"
    assert call(ana, "eraseRoom", room.public_id) is True
    assert call_error(ana, "getRoomById", room.public_id)["error"] == "error-room-not-found"
