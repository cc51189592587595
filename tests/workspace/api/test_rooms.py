"""channels.*, groups.*, dm.create and im.create"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from workspace.models import Room, RoomType, Subscription, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="Bob")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def members_of(room_id: str) -> set[str]:
    return set(Subscription.objects.filter(room__public_id=room_id).values_list("user__username", flat=True))


@pytest.mark.parametrize("name", ["channels", "groups"])
def test_creates_a_room_with_its_members(api: ApiClient, ana: User, bob: User, name: str) -> None:
    body = api.post(f"{name}.create", name="ops.1_a-Z", members=["bob"], readOnly=True).json()
    room = body[name.removesuffix("s")]
    assert body["success"] is True
    assert (room["name"], room["t"], room["ro"]) == ("ops.1_a-Z", name[0].replace("g", "p"), True)
    assert (room["usersCount"], room["msgs"]) == (2, 0)
    assert room["u"] == {"_id": ana.public_id, "username": "ana", "name": "Ana"}
    assert room["ts"].endswith("Z")
    assert len(room["ts"]) == len("2026-01-31T09:15:02.123Z")
    assert members_of(room["_id"]) == {"ana", "Bob"}


def test_the_creator_owns_the_room_unless_left_out(api: ApiClient, ana: User) -> None:
    owned = api.post("channels.create", name="owned").json()["channel"]["_id"]
    assert Subscription.objects.get(room__public_id=owned).is_owner
    left = api.post("channels.create", name="left", excludeSelf=True).json()["channel"]
    assert (left["usersCount"], members_of(left["_id"])) == (0, set())


def test_a_name_is_used_once_in_any_case(api: ApiClient) -> None:
    RoomFactory(name="ops")
    response = api.post("channels.create", name="OPS")
    assert failure(response) == "A channel with name 'OPS' exists [error-duplicate-channel-name]"


@pytest.mark.parametrize("name", ["two words", "#ops", "ünicode", "a/b", "ops\n"])
def test_an_invalid_name_is_rejected(api: ApiClient, name: str) -> None:
    assert failure(api.post("channels.create", name=name)).endswith("[error-invalid-room-name]")
    assert not Room.objects.exists()


def test_an_unknown_member_is_rejected_and_no_room_is_created(api: ApiClient) -> None:
    assert failure(api.post("channels.create", name="ops", members=["nobody"])).endswith("[error-invalid-user]")
    assert not Room.objects.exists()


def test_a_missing_name_is_reported_with_the_expected_error(api: ApiClient) -> None:
    assert failure(api.post("groups.create")) == 'Body param "name" is required'
    assert failure(api.post("channels.create")) == "must have required property 'name' [invalid-params]"


@pytest.mark.parametrize("name", ["channels.create", "groups.create"])
def test_creating_needs_the_permission(name: str) -> None:
    response = ApiClient(UserFactory(roles=())).post(name, name="ops")
    error = "User does not have the permissions required for this action [error-unauthorized]"
    assert failure(response, 403) == error


@pytest.mark.parametrize("ids", ["userId", "userIds"])
def test_invites_one_or_several(api: ApiClient, ana: User, bob: User, ids: str) -> None:
    room = RoomFactory(members=[ana])
    value: Any = bob.public_id if ids == "userId" else [bob.public_id, ana.public_id]
    body = api.post("channels.invite", roomId=room.public_id, **{ids: value}).json()
    assert (body["channel"]["usersCount"], body["success"]) == (2, True)
    assert members_of(room.public_id) == {"ana", "Bob"}


def test_inviting_twice_counts_once(api: ApiClient, ana: User, bob: User) -> None:
    room = RoomFactory(members=[ana, bob])
    body = api.post("channels.invite", roomId=room.public_id, userId=bob.public_id).json()
    assert body["channel"]["usersCount"] == 2


def test_an_invitation_requires_a_user(api: ApiClient, ana: User) -> None:
    room = RoomFactory(members=[ana])
    error = failure(api.post("channels.invite", roomId=room.public_id))
    assert error.splitlines() == [
        "must have required property 'userId'",
        "must have required property 'userIds'",
        "must match a schema in anyOf [invalid-params]",
    ]
    unknown = api.post("channels.invite", roomId=room.public_id, userIds=[ana.public_id, "nobody"])
    assert failure(unknown).endswith("[error-invalid-user]")


def test_a_stranger_to_the_channel_may_not_invite(bob: User) -> None:
    room = RoomFactory()
    response = ApiClient(UserFactory()).post("channels.invite", roomId=room.public_id, userId=bob.public_id)
    assert failure(response, 403).endswith("[error-unauthorized]")
    assert members_of(room.public_id) == set()


def test_a_private_group_is_unknown_to_non_members(ana: User, bob: User, api: ApiClient) -> None:
    room = RoomFactory(type=RoomType.PRIVATE, members=[bob])
    strange = failure(api.post("groups.invite", roomId=room.public_id, userId=ana.public_id))
    assert strange == failure(api.post("groups.invite", roomId="unknown", userId=ana.public_id))
    assert strange.endswith("[error-room-not-found]")
    body = ApiClient(bob).post("groups.invite", roomId=room.public_id, userId=ana.public_id).json()
    assert body["group"]["usersCount"] == 2


def test_rooms_of_another_type_are_unknown(api: ApiClient, ana: User, bob: User) -> None:
    group = RoomFactory(type=RoomType.PRIVATE, members=[ana])
    for room in (group, direct_room(ana, bob)):
        response = api.post("channels.invite", roomId=room.public_id, userId=bob.public_id)
        assert failure(response).endswith("[error-room-not-found]")


def test_joins_a_channel_with_or_without_a_join_code(api: ApiClient) -> None:
    room = RoomFactory()
    for extra in ({}, {"joinCode": None}, {"joinCode": ""}):
        body = api.post("channels.join", roomId=room.public_id, **extra).json()
        assert body["channel"]["usersCount"] == 1
    assert members_of(room.public_id) == {"ana"}


def test_joins_neither_groups_nor_archived_channels(api: ApiClient) -> None:
    group, archived = RoomFactory(type=RoomType.PRIVATE), RoomFactory(is_archived=True)
    assert failure(api.post("channels.join", roomId=group.public_id)).endswith("[error-room-not-found]")
    assert failure(api.post("channels.join", roomId=archived.public_id)).endswith("[error-room-archived]")
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("name", ["dm.create", "im.create"])
def test_opens_a_direct_room_once(api: ApiClient, ana: User, bob: User, name: str) -> None:
    body = api.post(name, username="bob").json()
    room = body["room"]
    assert (body["success"], room["t"], room["rid"]) == (True, "d", room["_id"])
    assert room["usernames"] == ["Bob", "ana"] or room["usernames"] == ["ana", "Bob"]
    assert ApiClient(bob).post(name, username="ana").json()["room"]["_id"] == room["_id"]
    assert Room.objects.count() == 1


def test_opens_a_direct_room_of_several(api: ApiClient, bob: User) -> None:
    UserFactory(username="cy")
    room = api.post("dm.create", usernames="Bob, cy,cy").json()["room"]
    assert set(room["usernames"]) == {"ana", "Bob", "cy"}
    too_many = ",".join(UserFactory().username for _number in range(8))
    error = failure(api.post("dm.create", usernames=too_many))
    assert error.endswith("[error-direct-message-max-user-exceeded]")


def test_an_unknown_user_is_reported_with_the_method(api: ApiClient) -> None:
    for fields in ({"username": "nobody"}, {"usernames": "ana,,"}):
        response = api.post("im.create", **fields)
        assert failure(response) == "Invalid user [error-invalid-user]"
        assert response.json()["details"] == {"method": "createDirectMessage"}
    assert not Room.objects.exists()


def test_a_direct_room_requires_exactly_one_parameter(api: ApiClient, bob: User) -> None:
    assert failure(api.post("dm.create")).splitlines() == [
        "must have required property 'username'",
        "must have required property 'usernames'",
        "must match exactly one schema in oneOf [invalid-params]",
    ]
    both = api.post("dm.create", username="bob", usernames="bob")
    assert failure(both) == "must match exactly one schema in oneOf [invalid-params]"


def test_beginning_a_direct_room_needs_the_permission(bob: User) -> None:
    nobody = UserFactory(roles=())
    assert failure(ApiClient(nobody).post("dm.create", username="bob"), 403).endswith("[error-unauthorized]")
    assert ApiClient(bob).post("dm.create", username=nobody.username).status_code == 200
    assert ApiClient(nobody).post("dm.create", username="bob").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "channels.create",
        "channels.invite",
        "channels.join",
        "groups.create",
        "groups.invite",
        "dm.create",
        "im.create",
        "chat.postMessage",
        "chat.sendMessage",
        "subscriptions.read",
        "users.setStatus",
    ],
)
def test_anonymous_callers_are_asked_to_sign_in(name: str) -> None:
    response = ApiClient().post(name)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
