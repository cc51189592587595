"""channels.* and groups.*: info, leave and open; dm.open and im.open"""

from __future__ import annotations

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from workspace.models import Room, RoomType, Subscription, User
from workspace.services.rooms import room_create

pytestmark = pytest.mark.django_db

KINDS = [("channels", "channel", RoomType.CHANNEL), ("groups", "group", RoomType.PRIVATE)]
of_both_kinds = pytest.mark.parametrize(("prefix", "key", "type"), KINDS)


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def is_member(user: User, room: Room) -> bool:
    return room.subscriptions.filter(user=user).exists()


@of_both_kinds
class TestInfo:
    def test_a_room_by_id_and_by_name(self, api: ApiClient, ana: User, prefix: str, key: str, type: RoomType) -> None:
        room = RoomFactory(name="Ops", type=type, members=[ana])
        body = api.get(f"{prefix}.info", roomId=room.public_id).json()
        assert body["success"] is True
        assert (body[key]["_id"], body[key]["t"], body[key]["usersCount"]) == (room.public_id, type, 1)
        assert body[key] == api.get("rooms.info", roomId=room.public_id).json()["room"]
        assert api.get(f"{prefix}.info", roomName="ops").json() == body
        assert api.get(f"{prefix}.info", roomId=room.public_id, roomName="other").json() == body

    def test_one_of_them_is_required(self, api: ApiClient, prefix: str, key: str, type: RoomType) -> None:
        error = 'The parameter "roomId" or "roomName" is required [error-roomid-param-not-provided]'
        assert failure(api.get(f"{prefix}.info")) == error

    def test_rooms_of_another_type_and_unreadable_rooms_are_unknown(
        self, api: ApiClient, ana: User, prefix: str, key: str, type: RoomType
    ) -> None:
        other_type = RoomType.PRIVATE if type == RoomType.CHANNEL else RoomType.CHANNEL
        private = RoomFactory(type=RoomType.PRIVATE, name="board", members=[UserFactory()])
        for query in (
            {"roomId": RoomFactory(type=other_type, members=[ana]).public_id},
            {"roomId": direct_room(ana, UserFactory()).public_id},
            {"roomId": private.public_id},
            {"roomName": "board"},
            {"roomId": "nowhere"},
            {"roomName": "nowhere"},
        ):
            assert failure(api.get(f"{prefix}.info", **query)).endswith("[error-room-not-found]")


@of_both_kinds
class TestLeave:
    def test_a_member_leaves(self, api: ApiClient, ana: User, prefix: str, key: str, type: RoomType) -> None:
        room = RoomFactory(type=type, members=[ana, UserFactory()])
        body = api.post(f"{prefix}.leave", roomId=room.public_id).json()
        assert (body[key]["_id"], body[key]["usersCount"], body["success"]) == (room.public_id, 1, True)
        assert not is_member(ana, room)

    def test_a_room_can_be_left_by_name(self, api: ApiClient, ana: User, prefix: str, key: str, type: RoomType) -> None:
        room = RoomFactory(name="ops", type=type, members=[ana])
        assert api.post(f"{prefix}.leave", roomName="ops").status_code == 200
        assert not is_member(ana, room)

    def test_the_last_owner_cannot_leave_an_otherwise_empty_room(
        self, api: ApiClient, ana: User, prefix: str, key: str, type: RoomType
    ) -> None:
        bob = UserFactory()
        room = room_create(creator=ana, name="ops", type=type)
        alone = api.post(f"{prefix}.leave", roomId=room.public_id)
        assert alone.json()["errorType"] == "error-you-are-last-owner"
        Subscription.objects.create(room=room, user=bob)
        assert failure(api.post(f"{prefix}.leave", roomId=room.public_id)) == failure(alone)
        Subscription.objects.filter(user=bob).update(is_owner=True)
        assert api.post(f"{prefix}.leave", roomId=room.public_id).status_code == 200

    def test_the_permission_is_required(self, prefix: str, key: str, type: RoomType) -> None:
        guest = UserFactory(roles=())
        room = RoomFactory(type=type, members=[guest])
        response = ApiClient(guest).post(f"{prefix}.leave", roomId=room.public_id)
        assert failure(response) == "Not allowed [error-not-allowed]"
        assert is_member(guest, room)

    def test_a_non_member_gets_an_error(self, api: ApiClient, prefix: str, key: str, type: RoomType) -> None:
        code = "error-user-not-in-room" if type == RoomType.CHANNEL else "error-room-not-found"
        response = api.post(f"{prefix}.leave", roomId=RoomFactory(type=type).public_id)
        assert failure(response).endswith(f"[{code}]")
        assert failure(api.post(f"{prefix}.leave")).endswith("[error-roomid-param-not-provided]")


@of_both_kinds
class TestOpen:
    @pytest.mark.parametrize("parameter", ["roomId", "roomName"])
    def test_a_hidden_room_can_be_shown_again_repeatedly(
        self, api: ApiClient, ana: User, prefix: str, key: str, type: RoomType, parameter: str
    ) -> None:
        room = RoomFactory(type=type, members=[ana, UserFactory()])
        room.subscriptions.update(is_open=False)
        named = {parameter: room.public_id if parameter == "roomId" else room.name}
        for _time in range(2):
            assert api.post(f"{prefix}.open", **named).json() == {"success": True}
        shown = api.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]
        assert shown["open"] is True
        assert room.subscriptions.filter(is_open=True).count() == 1

    def test_a_room_of_others_cannot_be_shown_in_the_list(
        self, api: ApiClient, prefix: str, key: str, type: RoomType
    ) -> None:
        code = "error-user-not-in-room" if type == RoomType.CHANNEL else "error-room-not-found"
        response = api.post(f"{prefix}.open", roomId=RoomFactory(type=type).public_id)
        assert failure(response).endswith(f"[{code}]")
        assert failure(api.post(f"{prefix}.open")).endswith("[error-roomid-param-not-provided]")


@pytest.mark.parametrize("prefix", ["dm", "im"])
def test_a_hidden_direct_room_is_shown_again(prefix: str, api: ApiClient, ana: User) -> None:
    room = direct_room(ana, UserFactory())
    room.subscriptions.update(is_open=False)
    for _time in range(2):
        assert api.post(f"{prefix}.open", roomId=room.public_id).json() == {"success": True}
    assert [row.user for row in room.subscriptions.filter(is_open=True)] == [ana]
    assert failure(api.post(f"{prefix}.open")) == 'Body param "roomId" is required [error-room-param-not-provided]'
    for unknown in (direct_room(UserFactory(), UserFactory()), RoomFactory(members=[ana])):
        assert failure(api.post(f"{prefix}.open", roomId=unknown.public_id)).endswith("[error-room-not-found]")


def test_what_changed_of_the_list_is_told_to_clients_that_know_the_rest(api: ApiClient, ana: User) -> None:
    room = RoomFactory(members=[ana])
    room.subscriptions.update(is_open=False)
    since = room.subscriptions.get().updated_at.isoformat()
    api.post("channels.open", roomId=room.public_id)
    changed = api.get("subscriptions.get", updatedSince=since).json()["update"]
    assert [(row["rid"], row["open"]) for row in changed] == [(room.public_id, True)]


@pytest.mark.parametrize("name", ["channels.info", "groups.info"])
def test_a_non_member_gets_no_information_about_a_room(name: str) -> None:
    response = ApiClient().get(name, roomId=RoomFactory().public_id)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


@pytest.mark.parametrize(
    "name", ["channels.leave", "groups.leave", "channels.open", "groups.open", "dm.open", "im.open"]
)
def test_an_anonymous_user_is_rejected(name: str) -> None:
    response = ApiClient().post(name, roomId=RoomFactory().public_id)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
