"""channels.members, groups.members, dm.members and im.members"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from workspace.models import Room, RoomType, User
from workspace.services.presence import activity_report, status_set

pytestmark = pytest.mark.django_db

TYPES = {"channels": RoomType.CHANNEL, "groups": RoomType.PRIVATE}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


@pytest.fixture
def room(ana: User) -> Room:
    others = [UserFactory(username=name, name="") for name in ("bob", "Cy", "dora")]
    return RoomFactory(name="ops", members=[*others, ana])


def names(api: ApiClient, room: Room, /, **query: Any) -> list[str]:
    body = api.get("channels.members", roomId=room.public_id, **query).json()
    assert body["count"] == len(body["members"])
    return [member["username"] for member in body["members"]]


@pytest.mark.parametrize("prefix", TYPES)
def test_the_members_by_username(prefix: str, api: ApiClient, ana: User) -> None:
    bob = UserFactory(username="Bob", name="")
    room = RoomFactory(name="ops", type=TYPES[prefix], members=[bob, ana])
    RoomFactory(members=[UserFactory()])
    activity_report(user=bob)
    body = api.get(f"{prefix}.members", roomId=room.public_id).json()
    assert (body["count"], body["offset"], body["total"], body["success"]) == (2, 0, 2, True)
    assert [(row["username"], row["name"], row["status"]) for row in body["members"]] == [
        ("ana", "Ana Silva", "offline"),
        ("Bob", "Bob", "online"),
    ]
    assert body["members"][0]["_id"] == ana.public_id
    assert body["members"][0]["_updatedAt"].endswith("Z")
    assert api.get(f"{prefix}.members", roomName="OPS").json() == body


@pytest.mark.parametrize("prefix", ["dm", "im"])
def test_the_members_of_a_direct_room(prefix: str, api: ApiClient, ana: User) -> None:
    bob = UserFactory(username="bob")
    room = direct_room(ana, bob)
    body = api.get(f"{prefix}.members", roomId=room.public_id).json()
    assert [row["username"] for row in body["members"]] == ["ana", "bob"]
    assert failure(ApiClient(UserFactory()).get(f"{prefix}.members", roomId=room.public_id)).endswith(
        "[error-room-not-found]"
    )
    assert failure(api.get(f"{prefix}.members")) == "must have required property 'roomId' [invalid-params]"


def test_the_order_can_be_reversed(api: ApiClient, room: Room) -> None:
    assert names(api, room) == ["ana", "bob", "Cy", "dora"]
    assert names(api, room, sort='{"username": -1}') == ["dora", "Cy", "bob", "ana"]
    assert names(api, room, sort='{"status": -1}') == ["ana", "bob", "Cy", "dora"]


def test_a_deactivated_account_is_not_listed_as_a_member(api: ApiClient, room: Room) -> None:
    User.objects.filter(username="bob").update(is_active=False)
    assert names(api, room) == ["ana", "Cy", "dora"]


def test_a_filter_reads_usernames_and_names(api: ApiClient, room: Room) -> None:
    assert names(api, room, filter="SILV") == ["ana"]
    assert names(api, room, filter="o") == ["bob", "dora"]
    assert names(api, room, filter="") == ["ana", "bob", "Cy", "dora"]
    assert names(api, room, filter="%") == []


def test_statuses_are_as_others_see_them(api: ApiClient, room: Room) -> None:
    people = {user.username: user for user in User.objects.filter(subscriptions__room=room)}
    for user in people.values():
        activity_report(user=user)
    status_set(user=people["bob"], status="busy")
    status_set(user=people["Cy"], status="offline")
    offline = UserFactory(username="eli")
    room.subscriptions.create(user=offline)
    assert names(api, room, **{"status[]": "online"}) == ["ana", "dora"]
    assert names(api, room, **{"status[]": ["busy", "offline"]}) == ["bob", "Cy", "eli"]
    assert names(api, room, status=["busy", "away"]) == ["bob"]
    body = api.get("channels.members", **{"roomId": room.public_id, "status[]": "offline", "count": 1}).json()
    assert (body["total"], body["members"][0]["status"]) == (2, "offline")
    unknown = api.get("channels.members", **{"roomId": room.public_id, "status[]": "asleep"})
    assert failure(unknown) == "must be equal to one of the allowed values [invalid-params]"


@pytest.mark.usefixtures("settings_remembered")
def test_only_the_page_is_read_however_many_members_there_are(
    api: ApiClient, room: Room, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        room.subscriptions.create(user=UserFactory())
    with django_assert_max_num_queries(12) as queries:
        body = api.get("channels.members", roomId=room.public_id, count=2, offset=1).json()
    assert ([row["username"] for row in body["members"]], body["total"]) == (["bob", "Cy"], 34)
    assert any("LIMIT 2 OFFSET 1" in query["sql"] for query in queries)


@pytest.mark.parametrize("prefix", TYPES)
def test_rooms_of_another_type_and_of_others_are_unknown(prefix: str, api: ApiClient, ana: User) -> None:
    other_type = next(type for type in TYPES.values() if type != TYPES[prefix])
    rooms = [
        RoomFactory(type=other_type, members=[ana]),
        RoomFactory(type=RoomType.PRIVATE, members=[UserFactory()]),
        direct_room(ana, UserFactory()),
    ]
    for room in rooms:
        assert failure(api.get(f"{prefix}.members", roomId=room.public_id)).endswith("[error-room-not-found]")
    assert failure(api.get(f"{prefix}.members")).endswith("[error-roomid-param-not-provided]")


@pytest.mark.parametrize("prefix", [*TYPES, "dm", "im"])
def test_an_anonymous_user_is_rejected(prefix: str, room: Room) -> None:
    response = ApiClient().get(f"{prefix}.members", roomId=room.public_id)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
