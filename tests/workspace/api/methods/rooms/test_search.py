"""spotlight and browseChannels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import RoomFactory, UserFactory
from tests.method_calls import call, call_error
from workspace.models import RoomType, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    user: User = UserFactory(username="ana")
    for name in ("deploy.bot", "deploy.team", "zoe"):
        UserFactory(username=name)
    RoomFactory(name="deploys")
    return user


def names(entries: list[dict[str, Any]], key: str = "username") -> list[str]:
    return [entry[key] for entry in entries]


def test_people_and_channels_are_suggested(ana: User) -> None:
    found = call(ana, "spotlight", "deploy")
    assert sorted(names(found["users"])) == ["deploy.bot", "deploy.team"]
    assert names(found["rooms"], "name") == ["deploys"]


def test_some_kinds_and_names_are_left_out(ana: User) -> None:
    assert call(ana, "spotlight", "deploy", ["deploy.bot"], {"users": True, "rooms": False})["rooms"] == []
    assert names(call(ana, "spotlight", "deploy", ["deploy.bot"])["users"]) == ["deploy.team"]
    assert call(ana, "spotlight", "deploy", [], {"rooms": True})["users"] == []


def test_members_of_the_room_come_first(ana: User) -> None:
    team = User.objects.get(username="deploy.team")
    room = RoomFactory(type=RoomType.PRIVATE, members=[ana, team])
    people = call(ana, "spotlight", "deploy", [], {"users": True}, room.public_id)["users"]
    assert [(user["username"], user["outside"]) for user in people] == [("deploy.team", False), ("deploy.bot", True)]


def test_members_of_other_rooms_are_not_revealed(ana: User) -> None:
    room = RoomFactory(type=RoomType.PRIVATE, members=[User.objects.get(username="deploy.team")])
    people = call(ana, "spotlight", "deploy", [], None, room.public_id)["users"]
    assert {user["outside"] for user in people} == {True}


def test_the_directory_is_returned_in_parts(ana: User) -> None:
    RoomFactory(name="alpha")
    part = {"type": "channels", "text": "", "sortBy": "name", "sortDirection": "desc", "offset": 0, "limit": 1}
    page = call(ana, "browseChannels", part)
    assert (page["total"], names(page["results"], "name")) == (2, ["deploys"])
    people = call(ana, "browseChannels", {"type": "users", "text": "zo", "workspace": "local"})
    assert names(people["results"]) == ["zoe"]
    assert call_error(ana, "browseChannels", {"type": "other"})["error"] == "Please verify the parameters"
