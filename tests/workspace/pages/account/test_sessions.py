"""My Account > Sessions: where one is signed in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from push.models import Device
from tests.api_client import ApiClient
from tests.factories import PASSWORD, DeviceFactory, UserFactory
from workspace.clients import session_client_prefix
from workspace.models import SignedInClient, User
from workspace.services.people.access_tokens import access_token_create
from workspace.services.sign_ins.clients import ended_clients

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
PHONE = "RC Mobile; ios 18.1; v4.60.0 (1)"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


def signed_in(agent: str = FIREFOX, address: str = "192.0.2.7") -> Client:
    browser = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    assert browser.post("/sign-in/", {"username": "ana", "password": PASSWORD}).status_code == 302
    return browser


def page_of(browser: Client) -> str:
    return browser.get("/account/sessions/").content.decode()


def rows_of(html: str) -> list[str]:
    rows = re.findall(r"<li>(.*?)</li>", html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows if "<small>" in row or "page-mark" in row]


def test_the_page_shows_browsers_apps_and_tokens(ana: User) -> None:
    browser = signed_in()
    signed_in(CHROME, "2001:db8::1")
    app = Client(headers={"User-Agent": PHONE}, REMOTE_ADDR="198.51.100.4")
    app.post("/api/v1/login", {"user": "ana", "password": PASSWORD}, content_type="application/json")
    access_token_create(user=ana, name="backup")
    first, second, token, phone = rows_of(page_of(browser))[-4:]
    browsers = sorted([first, second])
    assert "Chrome on Windows 2001:db8::1" in browsers[0].replace(" · ", " ")
    assert "Firefox on Linux This browser 192.0.2.7" in browsers[1]
    assert "backup Personal access token, ends with" in token
    assert "Rocket.Chat app on iOS 198.51.100.4" in phone


def test_a_browser_is_signed_out_with_its_device(ana: User) -> None:
    browser, other = signed_in(), signed_in(CHROME)
    digest = session_client_prefix(other.session.session_key or "")
    DeviceFactory(user=ana, session_digest=digest)
    (key,) = re.findall(r'name="browser" value="(\d+)"', page_of(browser))
    browser.post("/account/sessions/end/", {"browser": key})
    assert not get_user(other).is_authenticated
    assert other.get("/account/").status_code == 302
    assert not Device.objects.filter(user=ana).exists()
    assert "Chrome" not in page_of(browser)
    assert (
        "signed out already" in browser.post("/account/sessions/end/", {"browser": key}, follow=True).content.decode()
    )


def test_an_app_is_signed_out(ana: User) -> None:
    browser, app = signed_in(), ApiClient(ana)
    (name,) = re.findall(r'name="app" value="(\w+)"', page_of(browser))
    browser.post("/account/sessions/end/", {"app": name})
    assert app.get("me").status_code == 401


def test_nobody_can_sign_others_out(ana: User) -> None:
    browser, app = signed_in(), ApiClient(ana)
    html = page_of(browser)
    (name,) = re.findall(r'name="app" value="(\w+)"', html)
    stranger = Client()
    stranger.force_login(UserFactory(), backend="workspace.authentication.NameOrEmailBackend")
    key = SignedInClient.objects.get(user=ana, auth_token=None).pk
    for fields in ({"browser": str(key)}, {"app": name}, {"app": name[:3]}, {}):
        stranger.post("/account/sessions/end/", fields)
    assert get_user(browser) == ana
    assert app.get("me").status_code == 200


def test_all_others_are_signed_out_but_access_tokens_remain(ana: User) -> None:
    browser, other, app = signed_in(), signed_in(CHROME), ApiClient(ana)
    token = access_token_create(user=ana, name="backup")
    # Of a time before browsers were recorded.
    SignedInClient.objects.filter(session_key=other.session.session_key).delete()
    assert "Sign out everywhere else" in browser.get("/account/sessions/end-others/").content.decode()
    assert get_user(other) == ana
    page = browser.post("/account/sessions/end-others/", follow=True).content.decode()
    assert "All other browsers and all apps were signed out" in page
    assert "This browser" in page
    assert other.get("/account/").status_code == 302
    assert app.get("me").status_code == 401
    assert ApiClient(ana, token=token).get("me").status_code == 200
    assert browser.get("/account/").status_code == 200


def test_a_new_password_and_the_api_sign_browsers_out_of_the_list(ana: User) -> None:
    browser = signed_in()
    signed_in(CHROME)
    ApiClient(ana).post("users.removeOtherTokens")
    assert SignedInClient.objects.filter(user=ana, auth_token=None).count() == 0
    browser = signed_in()
    signed_in(CHROME)
    new = "another horse battery"
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert browser.post("/account/password/", fields).status_code == 302
    html = page_of(browser)
    assert "This browser" in html
    assert "Chrome" not in html


def test_the_last_use_is_recorded_and_ended_browsers_are_forgotten(ana: User) -> None:
    browser, other, app = signed_in(), signed_in(CHROME), ApiClient(ana)
    later = timezone.now() + timedelta(days=3)
    # The cache counts time by another clock.
    SignedInClient.objects.filter(auth_token=None).update(session_key=None)
    with time_machine.travel(later):
        app.get("me")
    assert SignedInClient.objects.get(auth_token__isnull=False).used_at >= later - timedelta(minutes=1)
    other.post("/sign-out/")
    browser.get("/account/")
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert ended_clients().count() == SignedInClient.objects.exclude(session_key=None).count()
