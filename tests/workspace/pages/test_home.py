"""The home page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import RoomFactory, UserFactory

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"


def home_of(client: Client, **fields: Any) -> str:
    client.force_login(UserFactory(**fields), backend=BACKEND)
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_an_anonymous_user_is_redirected_to_sign_in(client: Client) -> None:
    assert client.get("/")["Location"] == "/sign-in/?next=/"


def test_a_member_is_greeted_and_shown_links(client: Client) -> None:
    html = home_of(client, name="Ana Silva")
    assert "Hello, Ana Silva" in html
    assert 'href="/phone/"' in html
    assert 'href="/api/docs"' in html
    assert 'action="/sign-out/"' in html


def test_a_member_is_not_shown_the_administration(client: Client) -> None:
    assert 'href="/admin/"' not in home_of(client)


def test_an_administrator_is_shown_the_administration(client: Client) -> None:
    assert 'href="/admin/"' in home_of(client, roles=("admin", "user"))


def test_without_the_sandbox_no_phone_is_offered(client: Client, settings: Any) -> None:
    settings.SANDBOX = False
    assert 'href="/phone/"' not in home_of(client)


def test_a_name_is_shown_as_text(client: Client) -> None:
    assert "<b>Ana</b>" not in home_of(client, name="<b>Ana</b>")


def test_rooms_with_unread_messages_are_shown_on_top(client: Client) -> None:
    ana = UserFactory()
    quiet, waiting = RoomFactory(name="calm-room", members=[ana]), RoomFactory(name="busy-one", members=[ana])
    waiting.subscriptions.filter(user=ana).update(unread=3)
    client.force_login(ana, backend=BACKEND)
    html = client.get("/").content.decode().partition("<main")[2]
    assert "Unread" in html
    assert waiting.name in html
    assert quiet.name not in html
