"""`rooms.get`, `rooms.info` and `subscriptions.unread`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import timezone

from push.services.fanout import pending_decide
from tests.api_client import ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import Room, Subscription, User
from workspace.services.messages import message_delete
from workspace.services.reading import room_mark_read
from workspace.services.room_changes.state import room_archive
from workspace.services.rooms import members_add, room_leave

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def user() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(user: User) -> Room:
    return RoomFactory(name="ops", members=[user])


@pytest.fixture
def client(user: User) -> ApiClient:
    return ApiClient(user)


def since(client: ApiClient, at: datetime) -> tuple[list[str], list[str]]:
    body = client.get("rooms.get", updatedSince=at.isoformat()).json()
    return [row["_id"] for row in body["update"]], [row["_id"] for row in body["remove"]]


class TestRoomsGet:
    def test_own_rooms_as_in_rooms_info(self, client: ApiClient, room: Room, user: User) -> None:
        direct = direct_room(user, UserFactory(username="bob"))
        RoomFactory(members=[UserFactory()])
        body = client.get("rooms.get").json()
        assert [row["_id"] for row in body["update"]] == [room.public_id, direct.public_id]
        assert body["update"][1]["usernames"] == ["ana", "bob"]
        assert (body["remove"], body["success"]) == ([], True)
        assert body["update"][0] == client.get("rooms.info", roomId=room.public_id).json()["room"]

    def test_with_a_time_only_later_changes_are_returned(
        self, client: ApiClient, room: Room, user: User, clock: time_machine.Coordinates
    ) -> None:
        RoomFactory(members=[user])
        clock.shift(60)
        moment = timezone.now()
        clock.shift(1)
        assert since(client, moment) == ([], [])
        message_in(room, user)
        joined = RoomFactory()
        members_add(room=joined, users=[user])
        assert since(client, moment) == ([room.public_id, joined.public_id], [])

    def test_a_deletion_changes_its_room(
        self, client: ApiClient, room: Room, user: User, clock: time_machine.Coordinates
    ) -> None:
        message = message_in(room, user)
        clock.shift(60)
        moment = timezone.now()
        clock.shift(1)
        message_delete(deleter=user, message=message)
        assert since(client, moment) == ([room.public_id], [])
        moment = timezone.now()
        clock.shift(1)
        room_archive(archiver=UserFactory(roles=("admin",)), room=room)
        assert since(client, moment) == ([room.public_id], [])

    def test_a_left_room_is_removed_until_it_is_joined_again(
        self, client: ApiClient, room: Room, user: User, clock: time_machine.Coordinates
    ) -> None:
        moment = timezone.now()
        clock.shift(1)
        room_leave(user=user, room=room)
        assert since(client, moment) == ([], [room.public_id])
        members_add(room=room, users=[user])
        assert since(client, moment) == ([room.public_id], [])

    def test_an_anonymous_user_is_rejected(self) -> None:
        assert ApiClient().get("rooms.get").status_code == 401


class TestRoomsInfo:
    def test_a_room_by_id_and_by_name(self, client: ApiClient, room: Room) -> None:
        result = client.get("rooms.info", roomId=room.public_id).json()
        assert (result["room"]["_id"], result["room"]["t"], result["room"]["usersCount"]) == (room.public_id, "c", 1)
        assert client.get("rooms.info", roomName="ops").json() == result

    def test_one_of_them_is_required(self, client: ApiClient) -> None:
        assert "error-roomid-param-not-provided" in failure(client.get("rooms.info"))

    def test_another_users_private_room_is_reported_as_unknown(self, client: ApiClient) -> None:
        private = RoomFactory(type="p", name="board", members=[UserFactory()])
        for query in ({"roomId": private.public_id}, {"roomName": "board"}, {"roomId": "nowhere"}):
            assert "error-room-not-found" in failure(client.get("rooms.info", **query))
        assert ApiClient().get("rooms.info", roomName="board").status_code == 401


class TestSubscriptionsUnread:
    @pytest.fixture
    def bob(self, room: Room) -> User:
        bob = UserFactory(username="bob")
        members_add(room=room, users=[bob])
        return bob

    def counters(self, user: User) -> tuple[int, int, int]:
        row = Subscription.objects.get(user=user)
        return row.unread, row.user_mentions, row.group_mentions

    def test_from_the_last_message_of_somebody_else(
        self, client: ApiClient, room: Room, user: User, bob: User, clock: time_machine.Coordinates
    ) -> None:
        for text in ("@ana one", "@ana two", "three"):
            clock.shift(1)
            last = message_in(room, bob, text)
        message_in(room, user, "mine")
        room_mark_read(user=user, room=room)
        assert client.post("subscriptions.unread", roomId=room.public_id).json() == {"success": True}
        seen = Subscription.objects.get(user=user).last_seen_at
        assert seen is not None
        assert seen < last.accepted_at
        assert self.counters(user) == (0, 0, 0)
        result = client.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]
        assert result["alert"] is True

    def test_from_a_message_that_is_named(
        self, client: ApiClient, room: Room, user: User, bob: User, clock: time_machine.Coordinates
    ) -> None:
        posted = []
        for text in ("@ana one", "two", "@ana @all three"):
            clock.shift(1)
            posted.append(message_in(room, bob, text))
        pending_decide()
        room_mark_read(user=user, room=room)
        body = {"firstUnreadMessage": {"_id": posted[1].public_id}}
        assert client.post("subscriptions.unread", body).json() == {"success": True}
        assert self.counters(user) == (1, 1, 1)
        body = {"firstUnreadMessage": {"_id": posted[0].public_id}}
        assert client.post("subscriptions.unread", body).json() == {"success": True}
        assert self.counters(user) == (2, 2, 1)

    def test_ones_own_message_cannot_be_marked_unread(self, client: ApiClient, room: Room, user: User) -> None:
        own = message_in(room, user)
        body = {"firstUnreadMessage": {"_id": own.public_id}}
        assert "error-action-not-allowed" in failure(client.post("subscriptions.unread", body))

    def test_a_room_with_only_own_messages_can_be_marked_unread(
        self, client: ApiClient, room: Room, user: User
    ) -> None:
        message_in(room, user)
        room_mark_read(user=user, room=room)
        assert client.post("subscriptions.unread", roomId=room.public_id).json() == {"success": True}
        assert self.counters(user) == (0, 0, 0)

    def test_an_empty_room_cannot_be_marked_unread(self, client: ApiClient, room: Room) -> None:
        assert "error-no-message-for-unread" in failure(client.post("subscriptions.unread", roomId=room.public_id))

    def test_one_of_them_is_required(self, client: ApiClient) -> None:
        result = failure(client.post("subscriptions.unread", {}))
        assert "must have required property 'roomId'" in result
        assert "must match a schema in anyOf" in result

    def test_an_anonymous_user_is_rejected(self, room: Room, bob: User) -> None:
        message = message_in(room, bob)
        outsider = ApiClient(UserFactory())
        for body in ({"roomId": room.public_id}, {"firstUnreadMessage": {"_id": message.public_id}}):
            assert failure(outsider.post("subscriptions.unread", body)) == "error-invalid-subscription"
            assert ApiClient().post("subscriptions.unread", body).status_code == 401
