"""Signing in to the site and out of it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user
from django.http import HttpResponse
from django.test import Client

from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana Silva")


def sign_in(client: Client, username: str = "ana", password: str = PASSWORD, **fields: str) -> HttpResponse:
    return client.post("/sign-in/", {"username": username, "password": password, **fields})


def test_the_page_has_fields_for_name_and_password(client: Client) -> None:
    html = client.get("/sign-in/").content.decode()
    assert "Sign in to Callboard" in html
    assert "Username or e-mail address" in html
    assert 'autocomplete="current-password"' in html


def test_the_page_loads_no_script_that_it_does_not_need(client: Client) -> None:
    html = client.get("/sign-in/").content.decode()
    assert re.findall(r'<script src="([^"]*)"', html) == [
        "/static/workspace/theme.js",
        "/static/workspace/time_zone.js",
        "/static/workspace/passkeys.js",
    ]


@pytest.mark.parametrize("name", ["ana", "ANA", "ana@example.org"])
def test_signing_in_by_username_or_address_redirects_to_the_home_page(client: Client, ana: User, name: str) -> None:
    EmailAddressFactory(user=ana, address="ana@example.org")
    response = sign_in(client, name)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert get_user(client) == ana


def test_signing_in_redirects_to_the_requested_page(client: Client, ana: User) -> None:
    html = client.get("/sign-in/", {"next": "/phone/"}).content.decode()
    assert '<input type="hidden" name="next" value="/phone/">' in html
    assert sign_in(client, next="/phone/")["Location"] == "/phone/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_redirects_to_another_site(client: Client, ana: User, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere)["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("ana", ""), ("", PASSWORD), ("a\0", "x")]
)
def test_wrong_credentials_are_refused(client: Client, ana: User, username: str, password: str) -> None:
    response = sign_in(client, username, password)
    assert response.status_code == 200
    assert not get_user(client).is_authenticated


def test_the_response_does_not_reveal_whether_the_account_exists(client: Client, ana: User) -> None:
    expected = "Wrong username or password."
    for name in ("ana", "nobody"):
        assert expected in sign_in(client, name, "wrong").content.decode()


def test_a_deactivated_account_cannot_sign_in(client: Client, ana: User) -> None:
    User.objects.update(is_active=False)
    sign_in(client)
    assert not get_user(client).is_authenticated


def test_too_many_wrong_passwords_lock_the_name_for_a_while(client: Client, ana: User) -> None:
    for _time in range(9):
        assert sign_in(client, password="wrong").status_code == 200
    response = sign_in(client, password="wrong")
    assert (response.status_code, response["Retry-After"]) == (429, "900")
    html = response.content.decode()
    assert "Signing in with this name is locked for 15 minutes" in html
    assert "Back to the sign-in page" in html
    assert sign_in(client).status_code == 429
    assert not get_user(client).is_authenticated


def test_a_lockout_of_one_name_does_not_affect_others(client: Client, ana: User) -> None:
    UserFactory(username="bob")
    for _time in range(10):
        sign_in(client, "bob", "wrong")
    assert sign_in(client).status_code == 302


def test_a_signed_in_user_is_redirected(client: Client, ana: User) -> None:
    sign_in(client)
    assert client.get("/sign-in/", {"next": "/phone/"})["Location"] == "/phone/"


def test_signing_out_ends_the_session(client: Client, ana: User) -> None:
    sign_in(client)
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not get_user(client).is_authenticated


def test_a_link_cannot_sign_anyone_out(client: Client, ana: User) -> None:
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert get_user(client) == ana


@pytest.mark.parametrize("address", ["/sign-in/", "/sign-out/"])
def test_forms_of_other_sites_are_refused(ana: User, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(address, {"username": "ana", "password": PASSWORD})
    assert response.status_code == 403
    assert "This page is out of date" in response.content.decode()
