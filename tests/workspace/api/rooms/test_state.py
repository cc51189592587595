"""channels.* and groups.*: archive, unarchive and delete"""

from __future__ import annotations

from typing import Any

import pytest

from push.models import EndReason, Notification
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from tests.push.conftest import queue
from tests.workspace.api.rooms.kinds import admin, events, of_both_kinds, owned_room
from workspace.models import Message, Room, RoomType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@of_both_kinds
class TestArchive:
    def test_nobody_can_post_or_join_until_it_is_reopened(self, ana: User, prefix: str, type: RoomType) -> None:
        root = admin()
        room, api = owned_room(ana, root, type=type), ApiClient(ana)
        assert api.post(f"{prefix}.archive", roomId=room.public_id).json() == {"success": True}
        assert api.get("rooms.info", roomId=room.public_id).json()["room"]["archived"] is True
        own = api.get("subscriptions.getOne", roomId=room.public_id).json()["subscription"]
        assert own["archived"] is True
        posted = api.post("chat.postMessage", roomId=room.public_id, text="hello")
        assert failure(posted).endswith("[error-room-archived]")
        assert failure(api.post(f"{prefix}.archive", roomId=room.public_id)).endswith("[error-room-archived]")
        assert ApiClient(root).post(f"{prefix}.unarchive", roomId=room.public_id).json() == {"success": True}
        assert api.post("chat.postMessage", roomId=room.public_id, text="hello").status_code == 200
        assert events(room) == [("room-archived", "ana", ""), ("room-unarchived", "root", "")]

    def test_a_permission_is_required(self, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        room = owned_room(ana, bob, type=type)
        for path in (f"{prefix}.archive", f"{prefix}.unarchive"):
            assert ApiClient().post(path, roomId=room.public_id).json() == NOT_SIGNED_IN
        refused = ApiClient(bob).post(f"{prefix}.archive", roomId=room.public_id)
        assert failure(refused) == "Not authorized [error-not-authorized]"
        ApiClient(ana).post(f"{prefix}.archive", roomId=room.public_id)
        refused = ApiClient(ana).post(f"{prefix}.unarchive", roomId=room.public_id)
        assert failure(refused) == "Not authorized [error-not-authorized]"


def test_a_channel_that_is_not_archived_cannot_be_reopened() -> None:
    root = admin()
    room = owned_room(root)
    response = ApiClient(root).post("channels.unarchive", roomId=room.public_id)
    assert failure(response) == "The channel, ops, is not archived"


@of_both_kinds
class TestDelete:
    def test_members_texts_and_queued_notifications_are_gone(
        self, ana: User, bob: User, prefix: str, type: RoomType
    ) -> None:
        room, api = owned_room(ana, bob, type=type), ApiClient(ana)
        message = message_in(room, ana, "the secret plan")
        waiting = queue(bob, message, due_in=60)
        assert api.post(f"{prefix}.delete", roomId=room.public_id).json() == {"success": True}
        for query in ({"roomId": room.public_id}, {"roomName": "ops"}):
            for client in (api, ApiClient(admin())) if "roomId" in query else (api,):
                assert failure(client.get("rooms.info", **query)).endswith("[error-room-not-found]")
        assert api.get("subscriptions.get").json()["update"] == []
        assert not room.subscriptions.exists()
        stored = Message.objects.get(pk=message.pk)
        assert (stored.text, stored.deleted_at is None) == ("", False)
        assert Notification.objects.get(pk=waiting.pk).reason == EndReason.MESSAGE_GONE
        assert failure(api.get("chat.getMessage", msgId=message.public_id))
        # The name can be used again.
        assert api.post(f"{prefix}.create", name="ops").status_code == 200

    def test_clients_that_synchronize_learn_of_it(self, ana: User, prefix: str, type: RoomType) -> None:
        room, api = owned_room(ana, type=type), ApiClient(ana)
        before = api.get("rooms.info", roomId=room.public_id).json()["room"]["_updatedAt"]
        own = room.subscriptions.get().public_id
        api.post(f"{prefix}.delete", roomId=room.public_id)
        removed = api.get("subscriptions.get", updatedSince=before).json()["remove"]
        assert [row["_id"] for row in removed] == [own]
        gone = api.get("rooms.get", updatedSince=before).json()
        assert ([row["_id"] for row in gone["remove"]], gone["update"]) == ([room.public_id], [])

    def test_only_owners_may(self, ana: User, bob: User, prefix: str, type: RoomType) -> None:
        room = owned_room(ana, bob, type=type)
        assert ApiClient().post(f"{prefix}.delete", roomId=room.public_id).json() == NOT_SIGNED_IN
        refused = ApiClient(bob).post(f"{prefix}.delete", roomId=room.public_id)
        assert failure(refused) == "Not allowed [error-not-allowed]"
        assert Room.objects.get().deleted_at is None

    def test_it_takes_the_same_queries_for_more_members(
        self, ana: User, prefix: str, type: RoomType, django_assert_max_num_queries: Any
    ) -> None:
        room = owned_room(ana, *(UserFactory() for _number in range(20)), type=type)
        api = ApiClient(ana)
        with django_assert_max_num_queries(40):
            assert api.post(f"{prefix}.delete", roomId=room.public_id).status_code == 200


def test_a_deleted_channel_cannot_be_found_or_joined(ana: User, bob: User) -> None:
    room = owned_room(ana)
    ApiClient(ana).post("channels.delete", roomId=room.public_id)
    root = ApiClient(admin())
    assert failure(root.post("channels.join", roomId=room.public_id)).endswith("[error-room-not-found]")
    assert root.get("channels.list").json()["channels"] == []
    assert RoomFactory(name="ops").pk != room.pk
