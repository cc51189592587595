"""Presence reports of open pages."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.factories import UserFactory
from workspace.models import ClientPresence, Presence, User
from workspace.selectors.presence import presence_of

pytestmark = pytest.mark.django_db

BACKEND = "workspace.authentication.NameOrEmailBackend"
NOON = "2026-05-01T12:00:00Z"


@pytest.fixture
def ana(client: Client) -> User:
    user = UserFactory(username="ana")
    client.force_login(user, backend=BACKEND)
    return user


def report(client: Client, state: str = "active", page: str = "page00001", **fields: Any) -> int:
    return client.post("/presence/", {"page": page, "state": state, **fields}).status_code


def test_a_page_in_use_connects_its_user(client: Client, ana: User) -> None:
    assert report(client) == 204
    assert presence_of(ana).connection == "online"


def test_use_counts_from_when_it_happened(client: Client, ana: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        report(client, ago=50)
        assert presence_of(ana).connection == "online"
        clock.shift(10)
        assert presence_of(ana).connection == "away"


def test_an_unused_open_page_keeps_its_user_connected(client: Client, ana: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        report(client)
        for _minute in range(10):
            clock.shift(60)
            report(client, "idle")
        assert presence_of(ana).connection == "away"


def test_a_closing_page_is_soon_disconnected(client: Client, ana: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        report(client)
        assert report(client, "closing") == 204
        clock.shift(5)
        assert presence_of(ana).connection == "offline"


def test_closing_one_tab_leaves_the_other(client: Client, ana: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        report(client, page="page00001")
        report(client, page="page00002")
        report(client, "closing", page="page00001")
        clock.shift(30)
        assert presence_of(ana).connection == "online"


def test_signing_out_ends_every_page_of_the_browser_and_none_of_another(client: Client, ana: User) -> None:
    other = Client()
    other.force_login(ana, backend=BACKEND)
    for browser in (client, client, other):
        report(browser, page=f"page0000{ClientPresence.objects.count()}")
    client.post("/sign-out/")
    assert ClientPresence.objects.count() == 1
    assert presence_of(ana).connection == "online"
    other.post("/sign-out/")
    assert presence_of(ana).connection == "offline"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "asleep"},
        {"page": "short"},
        {"page": "x" * 33},
        {"page": "page:00001"},
        {"ago": "-1"},
        {"ago": "86401"},
        {"ago": "soon"},
    ],
)
def test_an_invalid_report_is_rejected(client: Client, ana: User, fields: dict[str, str]) -> None:
    assert report(client, **fields) == 400
    assert not Presence.objects.exists()


def test_an_anonymous_user_is_rejected(client: Client) -> None:
    assert report(client) == 403


def test_reports_require_post(client: Client, ana: User) -> None:
    assert client.get("/presence/").status_code == 405


def test_a_report_needs_the_pages_token(ana: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana, backend=BACKEND)
    assert report(client) == 403
    token = client.get("/").content.decode().partition('data-token="')[2].partition('"')[0]
    assert report(client, csrfmiddlewaretoken=token) == 204


def test_pages_report_several_times_within_the_grace_time(client: Client, ana: User, settings: Any) -> None:
    assert 'data-heartbeat="60"' in client.get("/").content.decode()
    settings.PRESENCE_GRACE = 20
    assert 'data-heartbeat="5"' in client.get("/").content.decode()


def test_the_sign_in_page_reports_nothing(client: Client) -> None:
    assert b"presence.js" not in client.get("/sign-in/").content
