"""spotlight"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import RoomFactory, UserFactory, direct_room
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana")


def found(api: ApiClient, query: str) -> tuple[list[str], list[str]]:
    """Return the usernames and the names of channels."""
    body = api.get("spotlight", query=query).json()
    assert body["success"] is True
    return [user["username"] for user in body["users"]], [room["name"] for room in body["rooms"]]


def test_people_and_channels_whose_names_contain_what_was_typed(ana: User) -> None:
    UserFactory(username="bob", name="Opal")
    UserFactory(username="op-gone", is_active=False)
    RoomFactory(name="devops")
    RoomFactory(name="ops-joined", members=[ana])
    RoomFactory(name="ops-private", type=RoomType.PRIVATE)
    api = ApiClient(ana)
    assert found(api, "OP") == (["bob"], ["devops"])
    assert found(api, "#op") == ([], ["devops"])
    assert found(api, "@op") == (["bob"], [])
    assert found(api, "@")[1] == []


def test_what_clients_show(ana: User) -> None:
    bob, room = UserFactory(username="bob", name="Bob"), RoomFactory(name="bobsled")
    assert ApiClient(ana).get("spotlight", query="bob").json() == {
        "users": [{"_id": bob.public_id, "username": "bob", "name": "Bob", "status": "offline", "outside": True}],
        "rooms": [{"_id": room.public_id, "t": "c", "name": "bobsled", "fname": "bobsled"}],
        "success": True,
    }


def test_the_exact_username_comes_first_and_five_are_enough(ana: User, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        UserFactory(username=f"a-zed{number}")
        RoomFactory(name=f"zed{number}")
    UserFactory(username="Zed")
    api = ApiClient(ana)
    with django_assert_max_num_queries(8):
        users, rooms = found(api, "zed")
    assert users == ["Zed", *(f"a-zed{number}" for number in range(4))]
    assert rooms == [f"zed{number}" for number in range(5)]


def test_guests_find_only_people_they_talk_to(ana: User) -> None:
    guest = UserFactory(username="guest", roles=())
    UserFactory(username="anabel")
    direct_room(guest, ana)
    RoomFactory(name="ana-channel")
    assert found(ApiClient(guest), "ana") == (["ana"], [])


def test_errors(ana: User) -> None:
    assert ApiClient().get("spotlight", query="x").json() == NOT_SIGNED_IN
    assert failure(ApiClient(ana).get("spotlight")).endswith("[invalid-params]")
