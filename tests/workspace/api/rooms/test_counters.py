"""counters, online, files, rooms.images and rooms.getDiscussions"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from tests.workspace.api.rooms.kinds import admin, of_both_kinds, owned_room
from workspace.models import RoomType, User
from workspace.services.presence import activity_report
from workspace.services.reading import room_mark_read, unread_count_add

pytestmark = pytest.mark.django_db

NOTHING = {
    "joined": False,
    "members": None,
    "unreads": None,
    "unreadsFrom": None,
    "msgs": None,
    "latest": None,
    "userMentions": None,
    "success": True,
}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


@of_both_kinds
class TestCounters:
    def test_of_a_member(self, api: ApiClient, ana: User, prefix: str, type: RoomType) -> None:
        bob = UserFactory()
        room = owned_room(ana, bob, type=type)
        message_in(room, bob, "old")
        room_mark_read(user=ana, room=room)
        unread_count_add(message=message_in(room, bob, "@ana new"))
        message_in(room, bob, "newer")
        own = api.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]
        about = api.get("rooms.info", roomId=room.public_id).json()["room"]
        for query in ({"roomId": room.public_id}, {"roomName": "ops"}):
            assert api.get(f"{prefix}.counters", **query).json() == {
                "joined": True,
                "members": 2,
                "unreads": 2,
                "unreadsFrom": own["ls"],
                "msgs": 3,
                "latest": about["lm"],
                "userMentions": 1,
                "success": True,
            }

    def test_a_hidden_room_counts_as_not_joined(self, api: ApiClient, ana: User, prefix: str, type: RoomType) -> None:
        room = owned_room(ana, type=type)
        room.subscriptions.update(is_open=False)
        assert api.get(f"{prefix}.counters", roomId=room.public_id).json() == NOTHING

    def test_of_another_member_for_administrators(self, api: ApiClient, ana: User, prefix: str, type: RoomType) -> None:
        room, root = owned_room(ana, type=type), ApiClient(admin())
        query = {"roomId": room.public_id, "userId": ana.public_id}
        body = root.get(f"{prefix}.counters", **query).json()
        assert (body["joined"], body["members"], body["unreads"]) == (True, 1, 0)
        assert root.get(f"{prefix}.counters", roomId=room.public_id).json()["members"] == 1
        assert failure(api.get(f"{prefix}.counters", **query), 403) == "unauthorized"
        unknown = root.get(f"{prefix}.counters", roomId=room.public_id, userId="nobody")
        assert failure(unknown).endswith("[error-invalid-user]")

    def test_errors(self, api: ApiClient, ana: User, prefix: str, type: RoomType) -> None:
        room = RoomFactory(type=type)
        assert ApiClient().get(f"{prefix}.counters", roomId=room.public_id).json() == NOT_SIGNED_IN
        response = api.get(f"{prefix}.counters", roomId=room.public_id)
        if type == RoomType.CHANNEL:
            assert response.json() == NOTHING
        else:
            assert failure(response).endswith("[error-room-not-found]")
        assert failure(api.get(f"{prefix}.counters")).endswith("[error-roomid-param-not-provided]")
        archived = RoomFactory(type=type, members=[ana], is_archived=True)
        refused = api.get(f"{prefix}.counters", roomId=archived.public_id)
        assert failure(refused).endswith("[error-room-archived]")


class TestDirectCounters:
    @pytest.mark.parametrize("prefix", ["im", "dm"])
    def test_of_a_member(self, api: ApiClient, ana: User, prefix: str) -> None:
        bob = UserFactory()
        room = direct_room(ana, bob)
        unread_count_add(message=message_in(room, bob))
        body = api.get(f"{prefix}.counters", roomId=room.public_id).json()
        assert (body["joined"], body["members"], body["unreads"], body["msgs"]) == (True, 2, 1, 1)

    def test_errors(self, api: ApiClient, ana: User) -> None:
        room = direct_room(UserFactory(), UserFactory())
        assert ApiClient().get("im.counters", roomId=room.public_id).json() == NOT_SIGNED_IN
        assert failure(api.get("im.counters", roomId=room.public_id), 403) == "unauthorized"
        assert failure(api.get("im.counters", roomId=room.public_id, userId=ana.public_id), 403) == "unauthorized"
        assert failure(api.get("im.counters")).endswith("[error-room-param-not-provided]")


@of_both_kinds
class TestOnline:
    def test_members_who_are_not_offline(self, api: ApiClient, ana: User, prefix: str, type: RoomType) -> None:
        zoe, away = UserFactory(username="zoe"), UserFactory()
        room = owned_room(ana, zoe, away, type=type)
        for user in (zoe, ana, UserFactory()):
            activity_report(user=user, client="phone")
        expected = [{"_id": user.public_id, "username": user.username} for user in (ana, zoe)]
        queries: list[dict[str, Any]] = [
            {"_id": room.public_id},
            {"query": json.dumps({"_id": room.public_id})},
            {"query": json.dumps({"name": "OPS"})},
        ]
        for query in queries:
            assert api.get(f"{prefix}.online", **query).json() == {"online": expected, "success": True}

    def test_errors(self, api: ApiClient, prefix: str, type: RoomType) -> None:
        assert ApiClient().get(f"{prefix}.online", _id="x").json() == NOT_SIGNED_IN
        for query in ({}, {"query": "{}"}, {"query": "not json"}, {"query": "[]"}, {"query": '{"_id": {"$ne": 1}}'}):
            assert failure(api.get(f"{prefix}.online", **query)) == "Invalid query"
        for text in ("\0", "\ud800"):
            for name in ("_id", "name"):
                answer = api.get(f"{prefix}.online", query=json.dumps({name: text}))
                assert (answer.status_code, answer.json()["errorType"]) == (400, "invalid-params")
        word = "Channel" if type == RoomType.CHANNEL else "Group"
        assert failure(api.get(f"{prefix}.online", _id="nowhere")) == f"{word} does not exists"
        private = RoomFactory(type=type)
        guest = ApiClient(UserFactory(roles=()))
        assert failure(guest.get(f"{prefix}.online", _id=private.public_id)) == "Not Allowed [error-not-allowed]"


class TestFiles:
    @pytest.mark.parametrize("name", ["channels.files", "groups.files", "im.files", "dm.files"])
    def test_there_are_none(self, api: ApiClient, ana: User, name: str) -> None:
        type = RoomType.CHANNEL if name == "channels.files" else RoomType.PRIVATE
        room = direct_room(ana, UserFactory()) if name[1] == "m" else RoomFactory(type=type, members=[ana])
        body = api.get(name, roomId=room.public_id, count=5, offset=2, typeGroup="image").json()
        assert body == {"files": [], "count": 0, "offset": 2, "total": 0, "success": True}
        assert ApiClient().get(name, roomId=room.public_id).json() == NOT_SIGNED_IN
        assert failure(api.get(name, roomId="nowhere")).endswith("[error-room-not-found]")

    def test_nor_images(self, api: ApiClient, ana: User) -> None:
        room, other = RoomFactory(members=[ana]), RoomFactory(type=RoomType.PRIVATE)
        body = api.get("rooms.images", roomId=room.public_id).json()
        assert body == {"files": [], "count": 0, "offset": 0, "total": 0, "success": True}
        assert ApiClient().get("rooms.images", roomId=room.public_id).json() == NOT_SIGNED_IN
        assert failure(api.get("rooms.images", roomId=other.public_id), 403) == "unauthorized"
        assert failure(api.get("rooms.images")).endswith("[invalid-params]")

    def test_nor_discussions(self, api: ApiClient, ana: User) -> None:
        room = RoomFactory(members=[ana])
        body = api.get("rooms.getDiscussions", roomId=room.public_id).json()
        assert body == {"discussions": [], "count": 0, "offset": 0, "total": 0, "success": True}
        assert ApiClient().get("rooms.getDiscussions", roomId=room.public_id).json() == NOT_SIGNED_IN
        assert failure(api.get("rooms.getDiscussions", roomId="nowhere")).endswith("[error-room-not-found]")
