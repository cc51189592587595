"""rooms.saveRoomSettings, rooms.changeArchivationState and rooms.delete"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from tests.workspace.api.rooms.kinds import admin, owned_room
from workspace.models import Room, RoomType, User
from workspace.services.room_changes.all_settings import SETTINGS

pytestmark = pytest.mark.django_db

VALUES: dict[str, Any] = {
    "roomName": "operations",
    "roomTopic": "Deploys",
    "roomDescription": "All about deploys",
    "roomAnnouncement": "Freeze on Friday",
    "roomType": "p",
    "roomCustomFields": {"a": 1},
    "readOnly": True,
    "reactWhenReadOnly": True,
    "default": True,
    "featured": True,
    "joinCode": "s3cret",
}
SHOWN: dict[str, Any] = {
    "name": "operations",
    "topic": "Deploys",
    "description": "All about deploys",
    "announcement": "Freeze on Friday",
    "t": "p",
    "customFields": {"a": 1},
    "ro": True,
    "reactWhenReadOnly": True,
    "default": True,
    "featured": True,
    "joinCodeRequired": True,
}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def managed(api: ApiClient, room: Room, **values: Any) -> Any:
    return api.post("rooms.saveRoomSettings", rid=room.public_id, **values)


class TestSaveRoomSettings:
    def test_all_settings_at_once(self) -> None:
        root = admin()
        room, api = owned_room(root), ApiClient(root)
        assert VALUES.keys() == SETTINGS.keys()
        assert managed(api, room, **VALUES).json() == {"rid": room.public_id, "success": True}
        shown = api.get("rooms.info", roomId=room.public_id).json()["room"]
        assert {name: shown[name] for name in SHOWN} == SHOWN

    @pytest.mark.parametrize(
        ("values", "error"),
        [
            ({"roomTopic": "x", "encrypted": True}, "Invalid settings provided [error-invalid-settings]"),
            ({"roomTopic": "x", "roomName": "two words"}, "[error-invalid-room-name]"),
            ({"roomTopic": "x", "featured": True}, "Viewing room administration is not allowed"),
            ({"roomTopic": "x", "readOnly": "yes"}, "must be boolean [invalid-params]"),
        ],
    )
    def test_all_or_none(self, api: ApiClient, ana: User, values: dict[str, Any], error: str) -> None:
        room = owned_room(ana)
        assert error in failure(managed(api, room, **values))
        room.refresh_from_db()
        assert (room.topic, room.name, room.messages.count()) == ("", "ops", 0)

    def test_who_may(self, api: ApiClient, ana: User) -> None:
        bob = UserFactory()
        room = owned_room(ana, bob, type=RoomType.PRIVATE)
        assert managed(ApiClient(), room, roomTopic="x").json() == NOT_SIGNED_IN
        assert failure(managed(ApiClient(bob), room, roomTopic="x")).endswith("[error-action-not-allowed]")
        stranger = ApiClient(UserFactory())
        assert failure(managed(stranger, room, roomTopic="x")) == "Invalid room [error-invalid-room]"
        # Administrators of rooms need not be members.
        assert managed(ApiClient(admin()), room, roomTopic="x").status_code == 200

    def test_a_direct_room_has_only_texts(self) -> None:
        root = admin()
        room, api = direct_room(root, UserFactory()), ApiClient(root)
        assert managed(api, room, roomTopic="x").status_code == 200
        for name in ("roomName", "roomType", "readOnly", "default", "joinCode"):
            refused = managed(api, room, **{name: VALUES[name]})
            assert failure(refused).endswith("[error-action-not-allowed]")


class TestChangeArchivationState:
    def test_archive_and_reopen(self) -> None:
        root = admin()
        room, api = RoomFactory(), ApiClient(root)
        for action, archived in (("archive", True), ("unarchive", False)):
            body = api.post("rooms.changeArchivationState", rid=room.public_id, action=action).json()
            assert body == {"success": True}
            assert api.get("rooms.info", roomId=room.public_id).json()["room"]["archived"] is archived

    def test_errors(self, api: ApiClient, ana: User) -> None:
        room, direct = RoomFactory(), direct_room(ana, UserFactory())
        name = "rooms.changeArchivationState"
        assert ApiClient().post(name, rid=room.public_id, action="archive").json() == NOT_SIGNED_IN
        for action in ("archive", "unarchive"):
            refused = api.post(name, rid=room.public_id, action=action)
            assert failure(refused).endswith("[error-not-authorized]")
        refused = api.post(name, rid=direct.public_id, action="archive")
        assert failure(refused) == "rooms type: d can not be archived [error-direct-message-room]"
        assert failure(api.post(name, rid="nowhere", action="archive")).endswith("[error-invalid-room]")


class TestDelete:
    def test_a_room_of_any_type(self) -> None:
        root = admin()
        api = ApiClient(root)
        rooms = [owned_room(root), RoomFactory(type=RoomType.PRIVATE), direct_room(root, UserFactory())]
        for room in rooms:
            assert api.post("rooms.delete", roomId=room.public_id).json() == {"success": True}
            assert failure(api.post("rooms.delete", roomId=room.public_id)).endswith("[error-invalid-room]")
        assert not Room.objects.filter(deleted_at=None).exists()

    def test_a_deleted_direct_room_can_be_opened_anew(self) -> None:
        root, bob = admin(), UserFactory(username="bob")
        room, api = direct_room(root, bob), ApiClient(root)
        api.post("rooms.delete", roomId=room.public_id)
        opened = api.post("im.create", username="bob").json()["room"]
        assert opened["_id"] != room.public_id

    def test_errors(self, api: ApiClient, ana: User) -> None:
        room, direct = RoomFactory(members=[ana]), direct_room(ana, UserFactory())
        assert ApiClient().post("rooms.delete", roomId=room.public_id).json() == NOT_SIGNED_IN
        for refused in (room, direct):
            assert failure(api.post("rooms.delete", roomId=refused.public_id)).endswith("[error-not-allowed]")
        assert failure(api.post("rooms.delete")) == "The 'roomId' param is required"
