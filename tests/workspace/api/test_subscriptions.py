"""subscriptions.read and subscriptions.exists"""

from __future__ import annotations

import pytest

from tests.api_client import ApiClient, failure
from tests.factories import RoomFactory, UserFactory, message_in
from workspace.models import RoomType, Subscription
from workspace.services.reading import unread_count_add

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["rid", "roomId"])
def test_reading_resets_the_counters(name: str) -> None:
    ana = UserFactory(username="ana")
    room = RoomFactory(members=[ana])
    unread_count_add(message=message_in(room, UserFactory(), "@ana @all"))
    response = ApiClient(ana).post("subscriptions.read", **{name: room.public_id}, readThreads=True)
    assert response.json() == {"success": True}
    subscription = Subscription.objects.get(user=ana)
    assert (subscription.unread, subscription.user_mentions, subscription.group_mentions) == (0, 0, 0)
    assert subscription.last_seen_at is not None


def test_a_room_is_needed() -> None:
    assert failure(ApiClient(UserFactory()).post("subscriptions.read")).splitlines() == [
        "must have required property 'rid'",
        "must have required property 'roomId'",
        "must match a schema in anyOf [invalid-params]",
    ]


def test_a_room_of_others_is_reported_as_missing() -> None:
    api = ApiClient(UserFactory())
    for rid in (RoomFactory().public_id, "unknown"):
        assert failure(api.post("subscriptions.read", rid=rid)) == "error-invalid-subscription"


def test_reading_affects_only_the_member() -> None:
    ana, bob = UserFactory(username="ana"), UserFactory(username="bob")
    room = RoomFactory(members=[ana, bob])
    unread_count_add(message=message_in(room, UserFactory(), "@ana @bob"))
    ApiClient(ana).post("subscriptions.read", rid=room.public_id)
    assert Subscription.objects.get(user=bob).unread == 1


def test_two_different_rooms_are_refused_and_the_same_one_twice_is_read() -> None:
    ana = UserFactory(username="ana")
    room, other = RoomFactory(members=[ana]), RoomFactory(members=[ana])
    unread_count_add(message=message_in(room, UserFactory(), "@ana"))
    result = failure(ApiClient(ana).post("subscriptions.read", rid=room.public_id, roomId=other.public_id))
    assert result == "must match exactly one schema in oneOf [invalid-params]"
    assert Subscription.objects.get(user=ana, room=room).unread == 1
    body = {"rid": room.public_id, "roomId": room.public_id}
    assert ApiClient(ana).post("subscriptions.read", **body).status_code == 200
    assert Subscription.objects.get(user=ana, room=room).unread == 0


def test_whether_a_user_is_in_a_room() -> None:
    ana, bob = UserFactory(), UserFactory(username="bob")
    room, hidden = RoomFactory(members=[ana]), RoomFactory(type=RoomType.PRIVATE)
    api = ApiClient(ana)
    assert api.get("subscriptions.exists", roomId=room.public_id).json() == {"exists": True, "success": True}
    of_bob = api.get("subscriptions.exists", roomId=room.public_id, username="bob").json()
    assert of_bob == {"exists": False, "success": True}
    assert ApiClient(bob).get("subscriptions.exists", roomId=room.public_id).json()["exists"] is False
    assert failure(api.get("subscriptions.exists", roomId=hidden.public_id)).endswith("[error-room-not-found]")
    unknown = api.get("subscriptions.exists", roomId=room.public_id, username="x")
    assert failure(unknown).endswith("[error-invalid-user]")
    assert failure(api.get("subscriptions.exists")).endswith("[invalid-params]")
    assert ApiClient().get("subscriptions.exists", roomId=room.public_id).status_code == 401
