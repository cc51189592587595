"""rooms.adminRooms and the completion of room names"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from tests.workspace.api.rooms.kinds import admin, owned_room
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db

FOR_ADMINISTRATORS = ["rooms.adminRooms", "rooms.adminRooms.getRoom", "rooms.autocomplete.adminRooms"]
COMPLETIONS = [
    "rooms.autocomplete.adminRooms",
    "rooms.autocomplete.channelAndPrivate",
    "rooms.autocomplete.channelAndPrivate.withPagination",
]
SELECTOR = {"selector": json.dumps({"name": "OP"})}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def names(response: Any, key: str = "rooms") -> list[str]:
    return [row.get("name", "") for row in response.json()[key]]


class TestAdminRooms:
    def test_all_rooms_by_name(self, ana: User) -> None:
        for name, type in (("ops", RoomType.CHANNEL), ("Board", RoomType.PRIVATE)):
            RoomFactory(name=name, type=type)
        direct_room(ana, UserFactory(username="bob"))
        api = ApiClient(admin())
        body = api.get("rooms.adminRooms").json()
        assert [row.get("name", "") for row in body["rooms"]] == ["", "Board", "ops"]
        assert (body["count"], body["offset"], body["total"]) == (3, 0, 3)
        assert names(api.get("rooms.adminRooms", types=["c", "p"])) == ["Board", "ops"]
        assert names(api.get("rooms.adminRooms", **{"types[]": "p"})) == ["Board"]
        assert names(api.get("rooms.adminRooms", types="l")) == []
        assert names(api.get("rooms.adminRooms", filter="OP")) == ["ops"]
        assert api.get("rooms.adminRooms", filter="bob").json()["rooms"][0]["usernames"] == ["ana", "bob"]
        assert names(api.get("rooms.adminRooms", sort='{"name": -1}', count=1)) == ["ops"]

    def test_a_single_room(self) -> None:
        room, api = RoomFactory(name="board", type=RoomType.PRIVATE), ApiClient(admin())
        body = api.get("rooms.adminRooms.getRoom", rid=room.public_id).json()
        assert (body["_id"], body["name"], body["t"], body["success"]) == (room.public_id, "board", "p", True)
        for query in ({"rid": "nowhere"}, {}):
            assert failure(api.get("rooms.adminRooms.getRoom", **query)) == "not-allowed"

    @pytest.mark.parametrize("name", FOR_ADMINISTRATORS)
    def test_it_is_for_administrators(self, ana: User, name: str) -> None:
        assert ApiClient().get(name, rid="x", **SELECTOR).json() == NOT_SIGNED_IN
        assert failure(ApiClient(ana).get(name, rid="x", **SELECTOR)) == "error-not-authorized"


class TestCompletions:
    def test_any_room(self) -> None:
        RoomFactory(name="ops", type=RoomType.PRIVATE)
        RoomFactory(name="devops")
        assert names(ApiClient(admin()).get("rooms.autocomplete.adminRooms", **SELECTOR), "items") == ["ops"]

    @pytest.mark.parametrize("name", COMPLETIONS[1:])
    def test_own_rooms(self, ana: User, name: str) -> None:
        room = RoomFactory(name="Ops", type=RoomType.PRIVATE, members=[ana])
        RoomFactory(name="open")
        RoomFactory(name="devops", members=[ana])
        body = ApiClient(ana).get(name, **SELECTOR).json()
        assert body["items"] == [{"_id": room.public_id, "t": "p", "name": "Ops", "fname": "Ops"}]

    def test_in_pages(self, ana: User) -> None:
        for number in range(12):
            RoomFactory(name=f"op{number:02}", members=[ana])
        api = ApiClient(ana)
        assert len(names(api.get("rooms.autocomplete.channelAndPrivate", **SELECTOR), "items")) == 10
        page = api.get("rooms.autocomplete.channelAndPrivate.withPagination", **SELECTOR, count=3, offset=10)
        assert (names(page, "items"), page.json()["total"]) == (["op10", "op11"], 12)

    @pytest.mark.parametrize("name", COMPLETIONS)
    def test_errors(self, name: str) -> None:
        api = ApiClient(admin())
        assert ApiClient().get(name, **SELECTOR).json() == NOT_SIGNED_IN
        assert failure(api.get(name)) == "The 'selector' param is required"
        for selector in ("x", "[]", '{"name": 1}'):
            assert failure(api.get(name, selector=selector)) == "The 'selector' param is invalid"

    def test_owned_rooms(self, ana: User) -> None:
        owned_room(ana)
        RoomFactory(name="open", members=[ana])
        api = ApiClient(ana)
        assert ApiClient().get("rooms.autocomplete.availableForTeams").json() == NOT_SIGNED_IN
        for query in ({}, {"name": "op"}):
            assert names(api.get("rooms.autocomplete.availableForTeams", **query), "items") == ["ops"]
        assert names(api.get("rooms.autocomplete.availableForTeams", name="x"), "items") == []
