"""Joining and leaving rooms."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tests.factories import RoomFactory, UserFactory, direct_room
from workspace.models import Room, RoomType, User

pytestmark = pytest.mark.django_db


def main_of(client: Client, address: str) -> str:
    return client.get(address).content.decode().partition("<main")[2]


@pytest.mark.parametrize("address", ["/rooms/", "/rooms/channels/", "/rooms/new/", "/rooms/sidebar/"])
def test_an_anonymous_user_is_redirected_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address)["Location"] == f"/sign-in/?next={address}"


def test_ones_own_rooms_are_listed_and_found(client: Client, room: Room, ana: User) -> None:
    direct_room(ana, UserFactory(username="carl", name="Carl Weber"))
    RoomFactory(name="elsewhere")
    html = main_of(client, "/rooms/")
    assert "ops" in html
    assert "Carl Weber" in html
    assert "elsewhere" not in html
    found = main_of(client, "/rooms/?q=webe")
    assert "Carl Weber" in found
    assert "ops" not in found
    assert "You have no room with this name." in main_of(client, "/rooms/?q=nowhere")


def test_rooms_with_unread_messages_come_first(client: Client, room: Room, ana: User) -> None:
    RoomFactory(name="quiet", members=[ana])
    room.subscriptions.filter(user=ana).update(unread=120, group_mentions=1)
    html = main_of(client, "/rooms/")
    assert html.index(">ops<") < html.index(">quiet<")
    assert "99+" in html
    assert "120 unread" in html
    assert "1 mention" in html


def test_channels_can_be_found_and_joined(client: Client, room: Room, ana: User) -> None:
    lobby = RoomFactory(name="lobby")
    RoomFactory(name="secret", type=RoomType.PRIVATE)
    RoomFactory(name="archived-one", is_archived=True)
    html = main_of(client, "/rooms/channels/")
    assert "lobby" in html
    assert not any(name in html for name in (">ops", "secret", "archived-one"))
    assert "There is no channel with this name" in main_of(client, "/rooms/channels/?q=other")
    response = client.post(f"/rooms/{lobby.public_id}/join/")
    assert response["Location"] == "/channel/lobby"
    assert lobby.subscriptions.filter(user=ana).exists()


def test_channels_are_hidden_without_the_permission(client: Client, ana: User) -> None:
    lobby = RoomFactory(name="lobby")
    Group.objects.get(name="user").permissions.clear()
    html = main_of(client, "/rooms/channels/")
    assert "Your roles do not allow you to see channels that you have not joined." in html
    assert "lobby" not in html
    assert client.post(f"/rooms/{lobby.public_id}/join/").status_code == 404
    assert "Your roles do not allow you to create rooms." in main_of(client, "/rooms/new/")
    assert client.post("/rooms/new/", {"type": "c", "name": "mine"}).status_code == 200
    assert not Room.objects.filter(name="mine").exists()


@pytest.mark.parametrize(("type", "address"), [("c", "/channel/launch"), ("p", "/group/launch")])
def test_a_room_is_created_with_members(client: Client, ana: User, bob: User, type: str, address: str) -> None:
    response = client.post("/rooms/new/", {"type": type, "name": "launch", "people": "@bob, "})
    assert response["Location"] == address
    room = Room.objects.get(name="launch")
    assert set(room.subscriptions.values_list("user", flat=True)) == {ana.pk, bob.pk}


@pytest.mark.parametrize(
    ("sent", "result"),
    [
        ({"name": "ops"}, "A room with this name already exists."),
        ({"name": "a b"}, "may contain letters"),
        ({"name": "new", "people": "@nobody, Ana, none"}, "Unknown usernames: @nobody, @none."),
        ({"name": "new", "people": "ana " * 1001}, "Enter at most 1000 users at once."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_an_invalid_room_is_reported(client: Client, room: Room, sent: dict[str, str], result: str) -> None:
    count = Room.objects.count()
    assert result in client.post("/rooms/new/", {"type": "c", **sent}).content.decode()
    assert Room.objects.count() == count


def test_direct_messages_are_started_with_a_username(client: Client, ana: User, bob: User) -> None:
    first = client.post("/rooms/direct/", {"people": "@bob"})["Location"]
    assert first.startswith("/direct/")
    assert client.post("/rooms/direct/", {"people": "bob"})["Location"] == first
    unknown = "Unknown usernames: @nobody."
    for people, sentence in {
        "bob nobody": unknown,
        "@": "There is no user with this name.",
        "no\0body": unknown,
    }.items():
        html = client.post("/rooms/direct/", {"people": people}).content.decode()
        field, problem = html.split('id="direct-people"')[1].split('id="direct-problem"')
        assert sentence in problem
        assert f'value="{people.replace(chr(0), "")}"' in field
        assert '<form method="get" action="/rooms/" role="search">' in html


def test_leaving_asks_first(client: Client, room: Room, ana: User) -> None:
    address = f"/rooms/{room.public_id}/leave/"
    assert "Leave #ops?" in client.get(address).content.decode()
    assert room.subscriptions.filter(user=ana).exists()
    assert "You have left #ops." in client.post(address, follow=True).content.decode()
    assert not room.subscriptions.filter(user=ana).exists()


def test_users_who_may_not_leave_see_no_link(client: Client, room: Room, ana: User) -> None:
    address = f"/rooms/{room.public_id}/leave/"
    assert address in client.get("/channel/ops").content.decode()
    ana.groups.clear()
    assert address not in client.get("/channel/ops").content.decode()
    assert "You may not do that in this room." in client.post(address, follow=True).content.decode()
    assert room.subscriptions.filter(user=ana).exists()


def test_the_last_owner_stays(client: Client, room: Room, ana: User) -> None:
    room.subscriptions.filter(user=ana).update(is_owner=True)
    html = client.post(f"/rooms/{room.public_id}/leave/", follow=True).content.decode()
    assert "You are the last owner of this room." in html


def test_names_are_completed_from_the_rooms_members_only(client: Client, room: Room, bob: User) -> None:
    UserFactory(username="bobby")
    names = client.get(f"/rooms/{room.public_id}/people/?q=b").content.decode()
    assert 'data-name="bob"' in names
    assert "bobby" not in names
    assert 'data-name="bob"' in client.get(f"/rooms/{room.public_id}/people/?q=Bob M").content.decode()
    assert 'data-name="all"' in client.get(f"/rooms/{room.public_id}/people/?q=a").content.decode()
    secret = RoomFactory(type=RoomType.PRIVATE, name="secret")
    assert client.get(f"/rooms/{secret.public_id}/people/?q=b").status_code == 404


@pytest.mark.thorough
@pytest.mark.any_database
def test_the_number_of_queries_does_not_depend_on_the_number_of_rooms(
    client: Client, ana: User, django_assert_max_num_queries: Any
) -> None:
    for index in range(60):
        RoomFactory(members=[ana])
        RoomFactory()
        if index % 3 == 0:
            direct_room(ana, UserFactory())
    for address in ("/rooms/", "/rooms/?q=room", "/rooms/channels/", "/rooms/sidebar/", "/", "/account/rooms/"):
        with django_assert_max_num_queries(16):
            assert client.get(address).status_code == 200


def test_the_sidebar_shows_the_most_active_rooms_and_a_link_to_the_others(client: Client, ana: User) -> None:
    for _index in range(25):
        RoomFactory(members=[ana])
    html = client.get("/rooms/sidebar/").content.decode()
    assert html.count('href="/channel/') == 20
    assert "All your rooms" in html
