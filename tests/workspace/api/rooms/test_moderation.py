"""rooms.muteUser, rooms.unmuteUser, rooms.isMember, rooms.nameExists and rooms.membersOrderedByRole"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from tests.workspace.api.rooms.kinds import events, owned_room
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob", name="Bob")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


class TestMute:
    @pytest.mark.parametrize("type", [RoomType.CHANNEL, RoomType.PRIVATE])
    def test_a_muted_member_reads_but_does_not_post(self, api: ApiClient, ana: User, bob: User, type: RoomType) -> None:
        room, bobs = owned_room(ana, bob, type=type), ApiClient(bob)
        for _time in range(2):
            assert api.post("rooms.muteUser", roomId=room.public_id, userId=bob.public_id).json() == {"success": True}
        shown = bobs.get("rooms.info", roomId=room.public_id).json()["room"]
        assert shown["muted"] == ["bob"]
        posted = bobs.post("chat.postMessage", roomId=room.public_id, text="hello")
        assert failure(posted).endswith("[error-not-allowed]")
        assert api.post("rooms.unmuteUser", roomId=room.public_id, username="bob").json() == {"success": True}
        assert bobs.post("chat.postMessage", roomId=room.public_id, text="hello").status_code == 200
        assert "muted" not in bobs.get("rooms.info", roomId=room.public_id).json()["room"]
        assert events(room) == [("user-muted", "ana", "bob"), ("user-unmuted", "ana", "bob")]

    @pytest.mark.parametrize("name", ["rooms.muteUser", "rooms.unmuteUser"])
    def test_errors(self, api: ApiClient, ana: User, bob: User, name: str) -> None:
        room = owned_room(ana, bob)
        named: dict[str, Any] = {"roomId": room.public_id, "username": "ana"}
        assert ApiClient().post(name, **named).json() == NOT_SIGNED_IN
        assert failure(ApiClient(bob).post(name, **named)).endswith("[error-not-allowed]")
        assert "must match a schema in anyOf" in failure(api.post(name, roomId=room.public_id))
        assert failure(api.post(name, roomId=room.public_id, username="x")).endswith("[error-invalid-user]")
        stranger = UserFactory()
        absent = failure(api.post(name, roomId=room.public_id, userId=stranger.public_id))
        assert absent == "User is not in this room [error-user-not-in-room]"
        assert failure(api.post(name, roomId="nowhere", username="bob")).endswith("[error-room-not-found]")


def test_nobody_is_muted_in_a_direct_room(ana: User, bob: User) -> None:
    root = UserFactory(roles=("admin", "user"))
    room = direct_room(root, ana)
    refused = ApiClient(root).post("rooms.muteUser", roomId=room.public_id, username="ana")
    assert failure(refused) == "d is not a valid room type [error-invalid-room-type]"


def test_rooms_name_their_muted_members_with_the_same_number_of_queries(
    api: ApiClient, ana: User, bob: User, django_assert_num_queries: Any
) -> None:
    def add_rooms(count: int) -> None:
        for number in range(count):
            room = RoomFactory(members=[ana, bob, *(UserFactory() for _more in range(number))])
            room.subscriptions.filter(user=bob).update(is_muted=True)

    add_rooms(2)
    with django_assert_num_queries(3):
        assert [room["muted"] for room in api.get("rooms.get").json()["update"]] == [["bob"]] * 2
    add_rooms(5)
    with django_assert_num_queries(3):
        assert len(api.get("rooms.get").json()["update"]) == 7


class TestIsMember:
    def test_whether_a_user_is_in_the_room(self, api: ApiClient, ana: User, bob: User) -> None:
        room = RoomFactory(members=[ana])
        for query, expected in (({"userId": ana.public_id}, True), ({"username": "bob"}, False)):
            body = api.get("rooms.isMember", roomId=room.public_id, **query).json()
            assert body == {"isMember": expected, "success": True}

    def test_errors(self, api: ApiClient, ana: User, bob: User) -> None:
        room = RoomFactory(type=RoomType.PRIVATE, members=[ana])
        query = {"roomId": room.public_id, "username": "bob"}
        assert ApiClient().get("rooms.isMember", **query).json() == NOT_SIGNED_IN
        assert failure(api.get("rooms.isMember", **query), 403) == "unauthorized"
        assert failure(ApiClient(bob).get("rooms.isMember", **query)).endswith("[error-room-not-found]")
        assert failure(api.get("rooms.isMember", **query | {"username": "x"})) == "error-user-not-found"
        assert failure(api.get("rooms.isMember", roomId=room.public_id)).endswith("[invalid-params]")


def test_whether_a_room_has_a_name(api: ApiClient) -> None:
    RoomFactory(name="Ops", type=RoomType.PRIVATE)
    for name, exists in (("ops", True), ("board", False)):
        assert api.get("rooms.nameExists", roomName=name).json() == {"exists": exists, "success": True}
    assert failure(api.get("rooms.nameExists")).endswith("[invalid-params]")
    assert ApiClient().get("rooms.nameExists", roomName="ops").json() == NOT_SIGNED_IN


class TestMembersOrderedByRole:
    def test_owners_come_first_then_moderators(self, api: ApiClient, ana: User, bob: User) -> None:
        zoe, abe = UserFactory(username="zoe"), UserFactory(username="abe")
        room = owned_room(zoe, ana, bob, abe)
        room.subscriptions.filter(user=bob).update(is_moderator=True, is_leader=True)
        # Roles in other rooms do not matter.
        owned_room(abe, name="other")
        body = api.get("rooms.membersOrderedByRole", roomId=room.public_id).json()
        listed = [(member["username"], member.get("roles")) for member in body["members"]]
        assert listed == [("zoe", ["owner"]), ("bob", ["moderator", "leader"]), ("abe", None), ("ana", None)]
        assert (body["count"], body["offset"], body["total"]) == (4, 0, 4)
        part = api.get("rooms.membersOrderedByRole", roomName="ops", filter="b", count=1, sort='{"username": -1}')
        assert [member["username"] for member in part.json()["members"]] == ["bob"]
        assert part.json()["total"] == 2

    def test_errors(self, api: ApiClient, ana: User, bob: User) -> None:
        name = "rooms.membersOrderedByRole"
        assert ApiClient().get(name, roomId="x").json() == NOT_SIGNED_IN
        assert failure(api.get(name)).endswith("[error-roomid-param-not-provided]")
        hidden = RoomFactory(type=RoomType.PRIVATE)
        assert failure(api.get(name, roomId=hidden.public_id)).endswith("[error-room-not-found]")
        direct = direct_room(ana, bob)
        assert failure(api.get(name, roomId=direct.public_id)) == "error-room-type-not-supported"
