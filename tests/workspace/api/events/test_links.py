"""events.link: a person of a source opens their preferences, also in a frame of the application."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from preferences.models import AccountPreferences
from tests.factories import UserFactory
from tests.pages import fields_of
from tests.sources import Source, source_of
from workspace.services.events.managing import source_update

pytestmark = pytest.mark.django_db

ORIGIN = "https://desk.example.org"


@pytest.fixture
def desk() -> Source:
    desk = source_of(frame_origins=ORIGIN)
    desk.report("room", id="r1", name="Ticket 1", members=["anna", "ben"])
    return desk


@pytest.fixture
def browser() -> Client:
    """A browser that sends no cookies and whose requests need protection, like a frame of another site."""
    return Client(enforce_csrf_checks=True)


def opened(desk: Source, browser: Client, person: str = "anna") -> str:
    """Open a link, and return the path of the page that it leads to."""
    url = desk.report("link", user=person)["url"]
    response = browser.get(url.removeprefix("http://localhost:8000").removeprefix("http://testserver"))
    assert response.status_code == 302, response
    return str(response.headers["Location"])


def test_a_link_opens_the_preferences_of_the_person(desk: Source, browser: Client) -> None:
    page = opened(desk, browser)
    response = browser.get(page)
    assert response.status_code == 200
    assert not response.cookies
    prefix = page.removesuffix("/account/preferences/")
    for tab in ("account/quiet-hours/", "account/rooms/", "account/devices/"):
        assert f'href="{prefix}/{tab}"' in response.text
        assert browser.get(f"{prefix}/{tab}").status_code == 200
    assert 'href="/' not in response.text.replace(f'href="{prefix}', "").replace('href="/static/', "")
    assert "Profile" not in response.text
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_preferences_are_saved_without_cookies(desk: Source, browser: Client) -> None:
    page = opened(desk, browser)
    sent = {**fields_of(browser.get(page).text), "push": "nothing"}
    response = browser.post(page, sent)
    assert (response.status_code, response.headers["Location"]) == (302, f"{page}?outcome=saved")
    assert AccountPreferences.objects.get(user=desk.person("anna")).push == "nothing"
    assert [(name, cookie["path"]) for name, cookie in response.cookies.items()] == [
        ("messages", page.removesuffix("account/preferences/"))
    ]
    assert "Your preferences are saved." in browser.get(page).text


def test_without_cookies_the_address_has_the_outcome(desk: Source, browser: Client) -> None:
    page = opened(desk, browser)
    sent = {**fields_of(browser.get(page).text), "push": "nothing"}
    address = browser.post(page, sent).headers["Location"]
    browser.cookies.clear()
    shown = browser.get(address).text
    assert "Your changes are saved." in shown
    assert "Your preferences are saved." not in shown
    rooms = page.replace("/preferences/", "/rooms/")
    address = browser.post(f"{rooms}change/", {}).headers["Location"]
    browser.cookies.clear()
    assert "This could not be done." in browser.get(address).text
    assert "Your changes" not in browser.get(f"{page}?outcome=anything").text
    assert "could not" not in browser.get(f"{page}?outcome=anything").text


def test_nothing_mentions_the_mobile_app(desk: Source, browser: Client) -> None:
    page = opened(desk, browser)
    assert "You have no device." in browser.get(page).text
    devices = browser.get(page.replace("/preferences/", "/devices/")).text
    assert "No device yet" in devices
    for text in ("mobile app", "signed in to the app", "This browser", "simulated phone"):
        assert text not in devices
        assert text not in browser.get(page).text


def test_only_the_origins_of_the_source_may_show_it_in_a_frame(desk: Source, browser: Client) -> None:
    response = browser.get(opened(desk, browser))
    assert f"frame-ancestors {ORIGIN}" in response.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in response.headers
    source_update(by=desk.source.created_by, source=desk.source, frame_origins="")
    response = browser.get(opened(desk, browser))
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["", "account/profile/", "rooms/", "password/change/", "admin/", "api/v1/me", "why/"])
def test_other_pages_cannot_be_opened(desk: Source, browser: Client, path: str) -> None:
    prefix = opened(desk, browser).removesuffix("account/preferences/")
    assert browser.get(prefix + path).status_code in (401, 403, 404)


def test_a_session_of_the_browser_is_neither_used_nor_ended(desk: Source, client: Client) -> None:
    other = UserFactory(name="Somebody Else")
    client.force_login(other, backend="workspace.authentication.NameOrEmailBackend")
    page = client.get(opened(desk, client))
    assert "Somebody Else" not in page.text
    assert "Somebody Else" in client.get("/").text


def test_links_and_visits_expire(desk: Source, browser: Client) -> None:
    url = desk.report("link", user="anna")["url"].removeprefix("http://localhost:8000")
    now = timezone.now()
    page = opened(desk, browser)
    with time_machine.travel(now + timedelta(minutes=6)):
        expired = browser.get(url)
        assert (expired.status_code, "This link has expired" in expired.text) == (403, True)
        assert browser.get(page).status_code == 200
    with time_machine.travel(now + timedelta(minutes=61)):
        assert browser.get(page).status_code == 403
    token = url.split("/")[2]
    assert browser.get(f"/embedded/{token}/account/preferences/").status_code == 403
    assert browser.get("/embedded/anything/account/preferences/").status_code == 403


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"kinds": "message"}])
def test_a_visit_ends_if_the_source_may_not_create_links(desk: Source, browser: Client, change: Any) -> None:
    page = opened(desk, browser)
    source_update(by=desk.source.created_by, source=desk.source, **change)
    assert browser.get(page).status_code == 403
    assert desk.call("link", user="anna").status_code in (401, 403)


def test_a_deactivated_person_has_no_visit(desk: Source, browser: Client) -> None:
    page = opened(desk, browser)
    desk.report("user", id="anna", active=False)
    assert browser.get(page).status_code == 403


def test_strangers_and_unknown_people_are_refused() -> None:
    desk = source_of(creates_unknown=False)
    response = Client().post("/api/v1/events.link", '{"user": "anna"}', content_type="application/json")
    assert response.status_code == 401
    assert desk.call("link", user="anna").status_code == 400
