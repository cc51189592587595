"""channels.list, groups.list, dm.list and im.list"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.models import GeneralSettings, RoomType, User

pytestmark = pytest.mark.django_db

LISTS = {"channels.list": "channels", "groups.list": "groups", "dm.list": "ims", "im.list": "ims"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(datetime(2026, 3, 2, 9, 30, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def take(*codenames: str) -> None:
    """Remove permissions from the role `user`."""
    Group.objects.get(name="user").permissions.remove(*Permission.objects.filter(codename__in=codenames))


def names(api: ApiClient, list_name: str = "channels.list", **query: Any) -> list[str]:
    return [row["name"] for row in api.get(list_name, **query).json()[LISTS[list_name]]]


def test_every_channel_by_name_as_in_channels_info(api: ApiClient, ana: User) -> None:
    RoomFactory(name="ops", members=[ana])
    RoomFactory(name="Board", is_archived=True)
    RoomFactory(name="secret", type=RoomType.PRIVATE, members=[ana])
    direct_room(ana, UserFactory())
    body = api.get("channels.list").json()
    assert (body["count"], body["offset"], body["total"], body["success"]) == (2, 0, 2, True)
    assert [row["name"] for row in body["channels"]] == ["Board", "ops"]
    assert body["channels"][1] == api.get("channels.info", roomName="ops").json()["channel"]


def test_without_permission_only_joined_channels_are_listed(api: ApiClient, ana: User) -> None:
    RoomFactory(name="ops", members=[ana, UserFactory()])
    RoomFactory(name="board", members=[UserFactory()])
    take("view_c_room")
    assert names(api) == ["ops"]
    take("view_joined_room")
    assert failure(api.get("channels.list"), 403).endswith("[error-unauthorized]")


def test_only_own_private_groups_are_listed(ana: User, api: ApiClient) -> None:
    RoomFactory(name="board", type=RoomType.PRIVATE, members=[ana, UserFactory()])
    RoomFactory(name="secret", type=RoomType.PRIVATE, members=[UserFactory()])
    RoomFactory(name="ops", members=[ana])
    assert names(api, "groups.list") == ["board"]
    assert names(ApiClient(UserFactory(roles=("admin",))), "groups.list") == []


@pytest.mark.parametrize("name", ["dm.list", "im.list"])
def test_own_direct_rooms_the_most_recently_active_first(
    name: str, api: ApiClient, ana: User, clock: time_machine.Coordinates
) -> None:
    bob, cy = UserFactory(username="bob"), UserFactory(username="cy")
    lively, silent = direct_room(ana, bob), direct_room(ana, cy)
    direct_room(bob, cy)
    clock.shift(1)
    message_in(lively, bob)
    body = api.get(name).json()
    assert [row["_id"] for row in body["ims"]] == [lively.public_id, silent.public_id]
    assert [row["usernames"] for row in body["ims"]] == [["ana", "bob"], ["ana", "cy"]]
    assert body["ims"][0]["uids"] == [ana.public_id, bob.public_id]
    assert body["total"] == 2


def test_direct_rooms_are_not_listed_without_permission(api: ApiClient, ana: User) -> None:
    direct_room(ana, UserFactory())
    take("view_d_room")
    assert failure(api.get("im.list"), 403).endswith("[error-unauthorized]")


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ('{"name": -1}', ["c", "b", "a"]),
        ('{"ts": 1}', ["b", "a", "c"]),
        ('{"usersCount": -1}', ["c", "b", "a"]),
        ('{"msgs": -1, "name": -1}', ["b", "c", "a"]),
        ('{"lm": -1}', ["b", "c", "a"]),
        ('{"nonsense": -1}', ["a", "b", "c"]),
    ],
)
def test_the_order_can_be_chosen(
    api: ApiClient, ana: User, clock: time_machine.Coordinates, sort: str, expected: list[str]
) -> None:
    rooms = {}
    for name in "bac":
        clock.shift(1)
        rooms[name] = RoomFactory(name=name, members=[UserFactory(), ana] if name == "c" else [])
    clock.shift(1)
    message_in(rooms["b"], ana)
    assert names(api, sort=sort) == expected


def test_every_page_follows_the_one_before(api: ApiClient) -> None:
    made = [RoomFactory(name=f"room-{number:02}").name for number in range(7)]
    GeneralSettings.objects.update(api_default_count=3)
    seen: list[str] = []
    for length in (3, 3, 1, 0):
        body = api.get("channels.list", offset=len(seen), sort='{"msgs": 1}').json()
        assert (body["count"], body["offset"], body["total"]) == (length, len(seen), 7)
        seen += [row["name"] for row in body["channels"]]
    assert seen == made
    assert len(names(api, count=0)) == 7


def test_a_list_of_any_length_can_be_forbidden(api: ApiClient) -> None:
    RoomFactory()
    GeneralSettings.objects.update(api_allow_infinite_count=False)
    body = api.get("channels.list", count=0).json()
    assert (body["channels"], body["count"], body["total"]) == ([], 0, 1)


@pytest.mark.usefixtures("settings_remembered")
def test_only_the_page_is_read_however_many_rooms_there_are(
    api: ApiClient, ana: User, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        RoomFactory(members=[ana])
        direct_room(ana, UserFactory())
    for name, key in LISTS.items():
        with django_assert_max_num_queries(12) as queries:
            assert len(api.get(name, count=2, offset=4).json()[key]) == (0 if key == "groups" else 2)
        listed = [query["sql"] for query in queries if "ORDER BY" in query["sql"] and "workspace_room" in query["sql"]]
        assert any("LIMIT 2 OFFSET 4" in sql for sql in listed)


@pytest.mark.parametrize("query", [{"offset": -1}, {"offset": 2**64}, {"count": "many"}, {"sort": "name"}])
def test_invalid_paging_parameters_are_rejected(api: ApiClient, query: dict[str, Any]) -> None:
    for name in LISTS:
        assert "invalid-params" in failure(api.get(name, **query))


@pytest.mark.parametrize("name", LISTS)
def test_an_anonymous_user_is_rejected(name: str) -> None:
    response = ApiClient().get(name)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
