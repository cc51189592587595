"""close, rooms.favorite, rooms.leave, rooms.open and rooms.hide"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from tests.workspace.api.rooms.kinds import membership, of_both_kinds, owned_room
from workspace.models import Room, RoomType, User
from workspace.services.reading import unread_count_add

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def own(api: ApiClient, room: Room) -> dict[str, Any]:
    subscription: dict[str, Any] = api.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]
    return subscription


@of_both_kinds
class TestClose:
    def test_the_room_is_hidden_but_the_member_stays(
        self, api: ApiClient, ana: User, prefix: str, type: RoomType
    ) -> None:
        room = owned_room(ana, type=type)
        assert api.post(f"{prefix}.close", roomId=room.public_id).json() == {"success": True}
        assert own(api, room)["open"] is False
        words = "channel" if type == RoomType.CHANNEL else "private group"
        again = failure(api.post(f"{prefix}.close", roomName="ops"))
        assert again == f"The {words}, ops, is already closed to the sender"
        assert api.post(f"{prefix}.open", roomId=room.public_id).status_code == 200
        assert own(api, room)["open"] is True

    def test_strangers_are_refused(self, api: ApiClient, prefix: str, type: RoomType) -> None:
        room = RoomFactory(name="ops", type=type)
        assert ApiClient().post(f"{prefix}.close", roomId=room.public_id).json() == NOT_SIGNED_IN
        error = failure(api.post(f"{prefix}.close", roomId=room.public_id))
        if type == RoomType.CHANNEL:
            assert error == 'The user/callee is not in the channel "ops.'
        else:
            assert error.endswith("[error-room-not-found]")


class TestCloseDirect:
    @pytest.mark.parametrize("prefix", ["im", "dm"])
    def test_a_new_message_shows_the_room_again(self, api: ApiClient, ana: User, prefix: str) -> None:
        bob = UserFactory()
        room = direct_room(ana, bob)
        assert api.post(f"{prefix}.close", roomId=room.public_id).json() == {"success": True}
        assert own(api, room)["open"] is False
        again = failure(api.post(f"{prefix}.close", roomId=room.public_id))
        assert again == "The direct message room, is already closed to the sender"
        unread_count_add(message=message_in(room, bob))
        assert own(api, room)["open"] is True

    def test_strangers_are_refused(self, api: ApiClient, ana: User) -> None:
        room = direct_room(UserFactory(), UserFactory())
        assert ApiClient().post("im.close", roomId=room.public_id).json() == NOT_SIGNED_IN
        assert failure(api.post("im.close", roomId=room.public_id), 403) == "unauthorized"
        channel = RoomFactory(members=[ana])
        assert failure(api.post("im.close", roomId=channel.public_id), 403) == "unauthorized"
        assert failure(api.post("im.close")).endswith("[error-room-param-not-provided]")
        assert failure(api.post("im.close", roomId="nowhere")).endswith("[error-room-not-found]")


class TestFavorite:
    @pytest.mark.parametrize("by", ["roomId", "roomName"])
    def test_a_member_adds_and_removes_a_favorite(self, api: ApiClient, ana: User, by: str) -> None:
        room = owned_room(ana)
        named: dict[str, Any] = {by: room.public_id if by == "roomId" else "ops"}
        assert own(api, room)["f"] is False
        for favorite in (True, True, False):
            assert api.post("rooms.favorite", favorite=favorite, **named).json() == {"success": True}
            assert own(api, room)["f"] is favorite

    def test_a_client_that_synchronizes_receives_it(self, api: ApiClient, ana: User) -> None:
        room = owned_room(ana)
        before = own(api, room)["_updatedAt"]
        api.post("rooms.favorite", roomId=room.public_id, favorite=True)
        changed = api.get("subscriptions.get", updatedSince=before).json()["update"]
        assert [row["f"] for row in changed] == [True]

    def test_errors(self, api: ApiClient, ana: User) -> None:
        room = RoomFactory()
        assert ApiClient().post("rooms.favorite", roomId=room.public_id, favorite=True).json() == NOT_SIGNED_IN
        stranger = api.post("rooms.favorite", roomId=room.public_id, favorite=True)
        assert failure(stranger) == "You must be part of a room to favorite it [error-invalid-subscription]"
        assert "must have required property 'favorite'" in failure(api.post("rooms.favorite", roomId=room.public_id))
        assert "must match a schema in anyOf" in failure(api.post("rooms.favorite", favorite=True))
        assert failure(api.post("rooms.favorite", roomId=room.public_id, favorite=1)).startswith("must be boolean")
        archived = RoomFactory(members=[ana], is_archived=True)
        refused = api.post("rooms.favorite", roomId=archived.public_id, favorite=True)
        assert failure(refused).endswith("[error-room-archived]")


class TestLeave:
    @pytest.mark.parametrize("type", [RoomType.CHANNEL, RoomType.PRIVATE])
    def test_a_member_leaves(self, api: ApiClient, ana: User, type: RoomType) -> None:
        room = RoomFactory(type=type, members=[ana, UserFactory()])
        assert api.post("rooms.leave", roomId=room.public_id).json() == {"success": True}
        assert room.subscriptions.count() == 1

    def test_errors(self, api: ApiClient, ana: User) -> None:
        room = owned_room(ana, UserFactory())
        assert ApiClient().post("rooms.leave", roomId=room.public_id).json() == NOT_SIGNED_IN
        assert failure(api.post("rooms.leave", roomId=room.public_id)).endswith("[error-you-are-last-owner]")
        direct = direct_room(ana, UserFactory())
        assert failure(api.post("rooms.leave", roomId=direct.public_id)).endswith("[error-not-allowed]")
        assert failure(api.post("rooms.leave", roomId=RoomFactory().public_id)).endswith("[error-user-not-in-room]")
        assert failure(api.post("rooms.leave")).endswith("[invalid-params]")


class TestHideAndOpen:
    @pytest.mark.parametrize("hide", ["rooms.hide", "rooms.close"])
    def test_a_room_of_any_type(self, api: ApiClient, ana: User, hide: str) -> None:
        for room in (owned_room(ana), direct_room(ana, UserFactory())):
            for _time in range(2):
                assert api.post(hide, roomId=room.public_id).json() == {"success": True}
                assert not membership(room, ana).is_open
            assert api.post("rooms.open", roomId=room.public_id).json() == {"success": True}
            assert membership(room, ana).is_open

    def test_errors(self, api: ApiClient) -> None:
        channel, group = RoomFactory(), RoomFactory(type=RoomType.PRIVATE)
        for name in ("rooms.hide", "rooms.close", "rooms.open"):
            assert ApiClient().post(name, roomId=channel.public_id).json() == NOT_SIGNED_IN
            assert failure(api.post(name)).endswith("[invalid-params]")
            assert failure(api.post(name, roomId=group.public_id)).endswith("[error-room-not-found]")
        assert failure(api.post("rooms.open", roomId=channel.public_id)).endswith("[error-user-not-in-room]")
