"""The rooms of `rocketchat_API`, a client written for the original server."""

from __future__ import annotations

from typing import Any

import pytest
from rocketchat_API.rocketchat import RocketChat

from tests.factories import PASSWORD, UserFactory
from workspace.models import Subscription, User
from workspace.services.presence import activity_report

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough, pytest.mark.any_database]


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob")


@pytest.fixture
def rocket(live_server: Any, bob: User) -> RocketChat:
    UserFactory(username="ana", password=PASSWORD, roles=("user", "admin"))
    return RocketChat("ana", PASSWORD, server_url=live_server.url)


@pytest.mark.parametrize("kind", ["channel", "group"])
def test_manages_a_room(rocket: RocketChat, bob: User, kind: str) -> None:
    def call(name: str, *args: Any, **kwargs: Any) -> Any:
        return getattr(rocket, f"{kind}s_{name}")(*args, **kwargs)

    room = call("create", "stage")[kind]["_id"]
    call("invite", room, bob.public_id)
    for role in ("moderator", "owner", "leader"):
        assert call(f"add_{role}", room, bob.public_id)["success"]
    assert [row["u"]["username"] for row in call("roles", room_id=room)["roles"]] == ["ana", "bob"]
    assert [row["username"] for row in call("moderators", room_id=room)["moderators"]] == ["bob"]
    for role in ("moderator", "owner", "leader"):
        assert call(f"remove_{role}", room, bob.public_id)["success"]
    assert call("set_topic", room, "Lights")["topic"] == "Lights"
    assert call("set_description", room, "All about it")["description"] == "All about it"
    assert call("set_announcement", room, "Premiere")["announcement"] == "Premiere"
    arguments = (room, {"a": 1}) if kind == "channel" else ({"a": 1}, room)
    assert call("set_custom_fields", *arguments)[kind]["customFields"] == {"a": 1}
    assert call("set_read_only", room, True)[kind]["ro"] is True
    assert call("rename", room, "backstage")[kind]["name"] == "backstage"
    assert list(call("files", room_id=room)) == []
    assert call("close", room)["success"]
    assert call("open", room)["success"]
    assert call("kick", room, bob.public_id)["success"]
    assert not Subscription.objects.filter(user=bob).exists()
    assert call("archive", room)["success"]
    assert call("unarchive", room)["success"]
    other = "p" if kind == "channel" else "c"
    assert call("set_type", room, other)[kind]["t"] == other
    assert rocket.rooms_favorite(room_id=room, favorite=True)["success"]
    assert [row["_id"] for row in rocket.rooms_admin_rooms()] == [room]


def test_channels_only(rocket: RocketChat, bob: User) -> None:
    room = rocket.channels_create("stage")["channel"]["_id"]
    assert rocket.channels_add_all(room)["channel"]["usersCount"] == 2
    assert rocket.channels_counters(room_id=room)["joined"] is True
    assert rocket.channels_set_join_code(room, "s3cret")["channel"]["joinCodeRequired"] is True
    assert rocket.channels_set_default(room, True)["channel"]["default"] is True
    assert [row["_id"] for row in rocket.channels_list_joined()] == [room]
    activity_report(user=User.objects.get(username="ana"), client="phone")
    assert [row["username"] for row in rocket.channels_online(_id=room)["online"]] == ["ana"]
    assert rocket.channels_delete(room_id=room)["success"]


def test_direct_rooms_and_the_directory(rocket: RocketChat) -> None:
    room = rocket.dm_create("bob")["room"]["_id"]
    assert rocket.dm_counters(room)["members"] == 2
    assert rocket.dm_set_topic(room, "Lunch")["topic"] == "Lunch"
    assert list(rocket.dm_files(room_id=room)) == []
    assert [row["_id"] for row in rocket.dm_list_everyone()] == [room]
    assert rocket.dm_close(room)["success"]
    assert [row["username"] for row in rocket.spotlight("bo")["users"]] == ["bob"]
    assert [row["username"] for row in rocket.directory({"type": "users", "text": "bo"})] == ["bob"]
    assert rocket.dm_delete(room)["success"]
