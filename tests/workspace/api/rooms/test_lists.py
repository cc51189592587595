"""Lists of rooms beyond the caller's own, addAll, and the endpoints that are disabled"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from tests.workspace.api.rooms.kinds import admin, of_both_kinds
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@of_both_kinds
class TestAddAll:
    def test_all_accounts_or_all_active_ones(self, ana: User, prefix: str, type: RoomType) -> None:
        root = admin()
        room, api = RoomFactory(name="ops", type=type, creator=ana, members=[root]), ApiClient(root)
        gone = UserFactory(is_active=False)
        body = api.post(f"{prefix}.addAll", roomId=room.public_id, activeUsersOnly="true").json()
        assert body[prefix[:-1]]["usersCount"] == 2
        body = api.post(f"{prefix}.addAll", roomName="ops").json()
        assert body[prefix[:-1]]["usersCount"] == 3
        assert room.subscriptions.filter(user=gone).exists()

    def test_errors(self, ana: User, prefix: str, type: RoomType) -> None:
        room = RoomFactory(type=type, members=[ana])
        assert ApiClient().post(f"{prefix}.addAll", roomId=room.public_id).json() == NOT_SIGNED_IN
        refused = failure(ApiClient(ana).post(f"{prefix}.addAll", roomId=room.public_id), 403)
        assert refused.endswith("[error-unauthorized]")
        unknown = ApiClient(admin()).post(f"{prefix}.addAll", roomId="nowhere")
        assert failure(unknown).endswith("[error-room-not-found]")


def test_the_channels_that_the_caller_is_in(ana: User, django_assert_max_num_queries: Any) -> None:
    RoomFactory(name="other")
    for name in ("Zoo", "ops"):
        RoomFactory(name=name, members=[ana])
    RoomFactory(name="board", type=RoomType.PRIVATE, members=[ana])
    api = ApiClient(ana)
    with django_assert_max_num_queries(8):
        body = api.get("channels.list.joined").json()
    assert [room["name"] for room in body["channels"]] == ["ops", "Zoo"]
    assert (body["count"], body["offset"], body["total"], body["success"]) == (2, 0, 2, True)
    assert [
        room["name"] for room in api.get("channels.list.joined", sort='{"name": -1}', count=1).json()["channels"]
    ] == ["Zoo"]
    assert ApiClient().get("channels.list.joined").json() == NOT_SIGNED_IN


@pytest.mark.parametrize(
    ("name", "key"), [("groups.listAll", "groups"), ("im.list.everyone", "ims"), ("dm.list.everyone", "ims")]
)
def test_rooms_of_everyone_for_administrators(ana: User, name: str, key: str) -> None:
    group, direct = RoomFactory(type=RoomType.PRIVATE), direct_room(ana, UserFactory())
    body = ApiClient(admin()).get(name).json()
    expected = group if key == "groups" else direct
    assert [room["_id"] for room in body[key]] == [expected.public_id]
    assert (body["count"], body["total"]) == (1, 1)
    assert ApiClient().get(name).json() == NOT_SIGNED_IN
    assert failure(ApiClient(ana).get(name), 403).endswith("[error-unauthorized]")


@pytest.mark.parametrize("name", ["im.messages.others", "dm.messages.others"])
def test_direct_rooms_of_others_cannot_be_read(ana: User, name: str) -> None:
    room = direct_room(ana, UserFactory())
    api = ApiClient(admin())
    error = "This endpoint is disabled [error-endpoint-disabled]"
    assert failure(api.get(name, roomId=room.public_id)) == error
    assert failure(api.get(name)).endswith("[error-roomid-param-not-provided]")
    assert ApiClient().get(name, roomId=room.public_id).json() == NOT_SIGNED_IN
    assert failure(ApiClient(ana).get(name, roomId=room.public_id), 403).endswith("[error-unauthorized]")


def test_channels_cannot_be_read_without_signing_in() -> None:
    room = RoomFactory()
    refused = failure(ApiClient().get("channels.anonymousread", roomId=room.public_id))
    assert refused == 'Enable "Allow Anonymous Read" [error-not-allowed]'


@of_both_kinds
@pytest.mark.parametrize("parameter", ["userIds", "usernames", "username", "userId"])
def test_people_are_invited_by_their_ids_or_names(ana: User, prefix: str, type: RoomType, parameter: str) -> None:
    bob = UserFactory(username="bob")
    room = RoomFactory(type=type, members=[ana])
    value: Any = bob.public_id if "Id" in parameter else "BOB"
    value = [value] if parameter.endswith("s") else value
    body = ApiClient(ana).post(f"{prefix}.invite", {"roomId": room.public_id, parameter: value}).json()
    assert body[prefix[:-1]]["usersCount"] == 2


class TestDirect:
    @pytest.mark.parametrize("prefix", ["im", "dm"])
    def test_an_administrator_deletes_a_direct_room(self, ana: User, prefix: str) -> None:
        root = admin()
        own, others = direct_room(root, ana), direct_room(ana, UserFactory())
        api = ApiClient(root)
        assert api.post(f"{prefix}.delete", username="ana").json() == {"success": True}
        assert failure(api.get(f"{prefix}.counters", roomId=own.public_id)).endswith("[error-room-not-found]")
        assert api.post(f"{prefix}.delete", roomId=others.public_id).json() == {"success": True}

    def test_members_may_not_delete_it(self, ana: User) -> None:
        room = direct_room(ana, UserFactory())
        assert ApiClient().post("im.delete", roomId=room.public_id).json() == NOT_SIGNED_IN
        for user in (ana, UserFactory()):
            refused = ApiClient(user).post("im.delete", roomId=room.public_id)
            assert failure(refused) == "Not allowed [error-not-allowed]"
        api = ApiClient(ana)
        assert failure(api.post("im.delete", roomId="nowhere")).endswith("[error-room-not-found]")
        assert failure(api.post("im.delete")).endswith("[invalid-params]")

    @pytest.mark.parametrize("prefix", ["im", "dm"])
    def test_the_topic(self, ana: User, prefix: str) -> None:
        root = admin()
        room, api = direct_room(root, ana), ApiClient(root)
        body = api.post(f"{prefix}.setTopic", roomId=room.public_id, topic="Lunch").json()
        assert body == {"topic": "Lunch", "success": True}
        assert api.get("rooms.info", roomId=room.public_id).json()["room"]["topic"] == "Lunch"
        assert api.post(f"{prefix}.setTopic", roomId=room.public_id).json() == {"success": True}
        assert ApiClient().post(f"{prefix}.setTopic", roomId=room.public_id).json() == NOT_SIGNED_IN
        refused = ApiClient(ana).post(f"{prefix}.setTopic", roomId=room.public_id, topic="x")
        assert failure(refused).endswith("[error-action-not-allowed]")
        stranger = ApiClient(UserFactory()).post(f"{prefix}.setTopic", roomId=room.public_id, topic="x")
        assert failure(stranger, 403) == "unauthorized"
