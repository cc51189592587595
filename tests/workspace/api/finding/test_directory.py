"""directory"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import EmailAddressFactory, RoomFactory, UserFactory, message_in
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db

VERIFY = "Please verify the parameters"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def names(api: ApiClient, name: str = "name", **query: Any) -> list[str]:
    body = api.get("directory", **query).json()
    assert body["success"] is True
    assert body["count"] == len(body["result"])
    return [row[name] for row in body["result"]]


class TestChannels:
    def test_channels_and_own_groups_by_name(self, api: ApiClient, ana: User) -> None:
        RoomFactory(name="Zoo")
        RoomFactory(name="ops", topic="Deploys", members=[ana, UserFactory()])
        RoomFactory(name="board", type=RoomType.PRIVATE, members=[ana])
        RoomFactory(name="secret", type=RoomType.PRIVATE)
        RoomFactory(name="news", is_featured=True)
        assert names(api, type="channels") == names(api) == ["news", "board", "ops", "Zoo"]
        assert names(api, text="deploy") == ["ops"]
        assert names(api, query=json.dumps({"text": "OO", "type": "channels"})) == ["Zoo"]
        assert names(api, sort='{"usersCount": -1}', count=2, offset=1) == ["ops", "board"]
        assert api.get("directory", count=1).json()["total"] == 4

    def test_what_clients_show(self, api: ApiClient, ana: User) -> None:
        room = RoomFactory(name="ops", topic="Deploys", description="All about it", members=[ana])
        message_in(room, ana)
        shown = api.get("rooms.info", roomId=room.public_id).json()["room"]
        (entry,) = api.get("directory", sort='{"lastMessage": -1}').json()["result"]
        assert entry == {name: shown[name] for name in entry}
        assert {"_id", "t", "name", "fname", "topic", "description", "usersCount", "ts", "lm"} <= entry.keys()


class TestPeople:
    def test_active_accounts_by_name(self, api: ApiClient) -> None:
        UserFactory(username="zoe", name="Abby")
        UserFactory(username="gone", is_active=False)
        assert names(api, "username", type="users") == ["zoe", "ana"]
        assert names(api, "username", type="users", sort='{"username": -1}') == ["zoe", "ana"]
        assert names(api, "username", type="users", text="abb") == ["zoe"]

    def test_addresses_are_for_those_who_may_see_them(self, api: ApiClient, ana: User) -> None:
        EmailAddressFactory(user=ana, address="ana@example.org")
        (entry,) = api.get("directory", type="users").json()["result"]
        assert entry.keys() == {"_id", "username", "name", "createdAt"}
        assert names(api, type="users", text="ana@example") == []
        admin = ApiClient(UserFactory(username="root", roles=("admin", "user")))
        (entry,) = admin.get("directory", type="users", text="ana@example").json()["result"]
        assert entry["emails"] == [{"address": "ana@example.org", "verified": True}]


def test_there_are_no_teams(api: ApiClient) -> None:
    assert names(api, type="teams") == []


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"type": "rooms"}, VERIFY),
        ({"sort": '{"topic": 1}'}, VERIFY),
        ({"type": "users", "sort": '{"usersCount": 1}'}, VERIFY),
        ({"sort": '{"name": 1, "ts": 1}'}, 'This method support only one "sort" parameter'),
        ({"query": "x"}, "query must be a JSON object [invalid-params]"),
        ({"query": r'{"text": "\ud800"}'}, "Surrogate characters are not allowed: U+D800. [invalid-params]"),
    ],
)
def test_invalid_parameters(api: ApiClient, query: dict[str, str], error: str) -> None:
    assert failure(api.get("directory", **query)) == error


def test_who_may_read_it() -> None:
    assert ApiClient().get("directory").json() == NOT_SIGNED_IN
    guest = ApiClient(UserFactory(roles=()))
    for type in ("channels", "users"):
        assert failure(guest.get("directory", type=type)) == VERIFY


def test_it_takes_the_same_queries_for_more_entries(
    api: ApiClient, ana: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        RoomFactory(name=f"room{number}", members=[ana])
    for type in ("channels", "users"):
        with django_assert_max_num_queries(10):
            assert len(names(api, type=type)) >= 20
