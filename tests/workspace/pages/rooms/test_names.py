"""Completion of usernames in forms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import RoomFactory, UserFactory
from workspace.models import Room, RoomType, User

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"


def names(client: Client, **query: str) -> list[str]:
    answer: dict[str, Any] = client.get("/people/", query).json()
    return [person["username"] for person in answer["people"]]


def test_usernames_and_names_are_completed(client: Client, ana: User, bob: User) -> None:
    UserFactory(username="gone", name="Bo Gone", is_active=False)
    UserFactory(username="carla", name="Bo Carla")
    assert names(client, q="bo") == ["bob", "carla"]
    assert names(client, q="") == []


def test_with_a_room_only_its_members_are_completed(client: Client, ana: User, room: Room) -> None:
    UserFactory(username="bobby")
    assert names(client, q="bo", room=room.public_id) == ["bob"]
    secret = RoomFactory(type=RoomType.PRIVATE, members=[UserFactory(username="bodo")])
    assert client.get("/people/", {"q": "bo", "room": secret.public_id}).status_code == 404


def test_names_are_not_completed_without_permission(client: Client) -> None:
    assert client.get("/people/", {"q": "a"})["Location"].startswith("/sign-in/")
    client.force_login(UserFactory(username="anna", roles=()), backend=BACKEND)
    assert names(client, q="a") == []


def test_every_field_for_usernames_completes_them(client: Client, ana: User, room: Room) -> None:
    for address in ("/rooms/", "/rooms/new/", f"/rooms/{room.public_id}/preferences/"):
        assert 'data-names="/people/"' in client.get(address).content.decode(), address
    client.force_login(administrator(), backend=BACKEND)
    for address in ("/admin/settings/push/", "/admin/workspace/room/add/", "/admin/explain/"):
        assert 'data-names="/people/"' in client.get(address).content.decode(), address
