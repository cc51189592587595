"""Signing in to the site with a second factor."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.admin_rows import administrator
from tests.factories import PASSWORD, UserFactory
from tests.second_factors import SecondFactor, email_factor_of, mailed_code, second_factor_of
from workspace.models import User
from workspace.services.accounts import password_set

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def factor(ana: User) -> SecondFactor:
    return second_factor_of(ana)


def password_send(client: Client, *, path: str = "/sign-in/", name: str = "ana", **fields: str) -> HttpResponse:
    return client.post(path, {"username": name, "password": PASSWORD, **fields})  # type: ignore[return-value]


def code_send(client: Client, page: HttpResponse, code: str, **changes: str) -> HttpResponse:
    """Submit the form of the page with the code."""
    html = page.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(account|next|time_zone)" value="([^"]*)"', html))
    return client.post("/sign-in/code/", {**hidden, "code": code, **changes})  # type: ignore[return-value]


def test_the_password_alone_signs_nobody_in(client: Client, factor: SecondFactor) -> None:
    page = password_send(client)
    assert page.status_code == 200
    html = page.content.decode()
    assert 'autocomplete="one-time-code"' in html
    assert PASSWORD not in html
    assert not get_user(client).is_authenticated
    assert client.get("/account/").status_code == 302


def test_the_code_signs_in_and_redirects_to_the_requested_page(client: Client, ana: User, factor: SecondFactor) -> None:
    response = code_send(client, password_send(client, next="/account/"), factor.code(steps=1))
    assert (response.status_code, response["Location"]) == (302, "/account/")
    assert get_user(client) == ana


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_code_never_redirects_to_another_site(client: Client, factor: SecondFactor, elsewhere: str) -> None:
    page = password_send(client)
    assert code_send(client, page, factor.code(steps=1), next=elsewhere)["Location"] == "/"


def test_the_administration_asks_for_the_code_too(client: Client) -> None:
    admin = administrator(username="ada")
    factor = second_factor_of(admin)
    page = password_send(client, path="/admin/login/", name="ada")
    assert client.get("/admin/").status_code == 302
    assert code_send(client, page, factor.code(steps=1))["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_signs_in_once(client: Client, ana: User, factor: SecondFactor) -> None:
    code = factor.recovery_codes[0]
    assert code_send(client, password_send(client), code).status_code == 302
    other = Client()
    assert "This code is wrong or was used before" in code_send(other, password_send(other), code).content.decode()
    assert not get_user(other).is_authenticated


def test_a_wrong_code_can_be_corrected(client: Client, ana: User, factor: SecondFactor) -> None:
    page = code_send(client, password_send(client), "000000")
    assert "This code is wrong or was used before" in page.content.decode()
    assert code_send(client, page, factor.code(steps=1)).status_code == 302
    assert get_user(client) == ana


def test_wrong_codes_lock_the_account_like_wrong_passwords(client: Client, factor: SecondFactor) -> None:
    page = password_send(client)
    for _time in range(9):
        assert code_send(client, page, "000000").status_code == 200
    # The password again does not give further tries.
    page = password_send(client)
    assert code_send(client, page, "000000").status_code == 429
    locked = code_send(client, page, factor.code(steps=1))
    assert (locked.status_code, locked["Retry-After"]) == (429, "900")
    assert password_send(client).status_code == 429
    assert not get_user(client).is_authenticated


def test_asking_for_the_code_counts_as_no_failure(client: Client, ana: User, factor: SecondFactor) -> None:
    for _time in range(12):
        assert password_send(client).status_code == 200


@pytest.mark.parametrize(
    "account",
    ["", "x", signing.dumps([1], salt="workspace.sign_in_code"), signing.dumps([1, "x"])],
    # A signature contains the time, but all processes of a run must give a test the same name.
    ids=["missing", "not signed", "too short", "signed for something else"],
)
def test_a_forged_statement_is_refused(client: Client, ana: User, factor: SecondFactor, account: str) -> None:
    response = client.post("/sign-in/code/", {"account": account, "code": factor.code(steps=1)})
    assert (response.status_code, response["Location"]) == (302, "/sign-in/")
    assert not get_user(client).is_authenticated


def test_the_code_is_accepted_for_ten_minutes(client: Client, ana: User, factor: SecondFactor) -> None:
    page = password_send(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        response = code_send(client, page, factor.code(steps=1))
        assert "This took too long" in client.get(response["Location"]).content.decode()
    assert not get_user(client).is_authenticated


def test_a_changed_password_or_a_deactivation_ends_the_sign_in(client: Client, ana: User, factor: SecondFactor) -> None:
    page = password_send(client)
    ana.is_active = False
    ana.save()
    assert code_send(client, page, factor.code(steps=1))["Location"] == "/sign-in/"
    ana.is_active = True
    ana.save()
    password_set(user=ana, password="another one 9")
    assert code_send(client, page, factor.code(steps=1))["Location"] == "/sign-in/"
    assert not get_user(client).is_authenticated


def test_the_page_without_a_password_redirects_to_the_sign_in_page(client: Client) -> None:
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"


def test_a_code_is_sent_by_mail_and_another_one_on_request(client: Client, ana: User) -> None:
    email_factor_of(ana)
    page = password_send(client)
    assert "we have sent to your e-mail address" in page.content.decode()
    first = mailed_code()
    page = code_send(client, page, "", send="1")
    assert "We have sent another code" in page.content.decode()
    second = mailed_code()
    assert code_send(client, page, first, next="/account/")["Location"] == "/account/"
    assert get_user(client) == ana
    other = Client()
    page = code_send(other, password_send(other), second)
    assert "This code is wrong or was used before" in page.content.decode()
    for _time in range(3):
        page = code_send(other, page, "", send="1")
    assert "Too many codes were sent" in page.content.decode()


def test_no_code_is_sent_to_accounts_with_an_app_alone(client: Client, factor: SecondFactor) -> None:
    page = password_send(client)
    assert "Send a code" not in page.content.decode()
    assert "Too many codes" in code_send(client, page, "", send="1").content.decode()


def test_an_administrator_can_remove_a_second_factor(client: Client, ana: User, factor: SecondFactor) -> None:
    client.force_login(administrator())
    page = f"/admin/workspace/user/{ana.pk}"
    assert "Remove second factor" in client.get(f"{page}/change/").content.decode()
    client.post(f"{page}/remove_second_factor/", {"_form_submitted": "True"}, follow=True)
    browser = Client()
    assert password_send(browser).status_code == 302
    assert "Remove second factor" not in client.get(f"{page}/change/").content.decode()
