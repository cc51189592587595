"""Guessing passwords: from many addresses, on many names, and to lock out another user."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from tests.workspace.pages.test_reset import choose, link_of
from workspace.models import KnownAddress, User
from workspace.security import lockout
from workspace.services.account_mails import reset_mail_send

pytestmark = pytest.mark.django_db

HOME, OFFICE, STRANGER = "198.51.100.7", "198.51.100.8", "203.0.113.7"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "API_RATE_LIMITING", False)


def sign_in(address: str, password: str = PASSWORD, *, name: str = "ana", client: Client | None = None) -> HttpResponse:
    sent = {"username": name, "password": password}
    return (client or Client()).post("/sign-in/", sent, REMOTE_ADDR=address)  # type: ignore[return-value]


def api_sign_in(address: str, password: str = PASSWORD, name: str = "ana") -> int:
    sent = {"user": name, "password": password}
    client = Client()
    return client.post("/api/v1/login", sent, content_type="application/json", REMOTE_ADDR=address).status_code


def strangers_try(count: int = 10, name: str = "ana") -> None:
    """Try wrong passwords, each from another address; by the API, which is faster than the page."""
    for number in range(count):
        api_sign_in(f"203.0.113.{100 + number}", "wrong", name)


def test_a_locked_account_cannot_sign_in_from_another_unknown_address(ana: User) -> None:
    for _time in range(10):
        sign_in(STRANGER, "wrong")
    assert sign_in(OFFICE).status_code == 429
    assert api_sign_in(OFFICE) == 401
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert sign_in(OFFICE).status_code == 302


def test_a_lockout_expires_even_if_strangers_continue(ana: User) -> None:
    now = timezone.now()
    strangers_try()
    with time_machine.travel(now + timedelta(minutes=14)):
        strangers_try()
    with time_machine.travel(now + timedelta(minutes=16)):
        assert sign_in(OFFICE).status_code == 302


def test_an_account_has_one_limit_for_all_unknown_addresses_and_names(ana: User) -> None:
    EmailAddressFactory(user=ana, address="ana@example.org")
    strangers_try(5)
    strangers_try(4, name="ANA@example.org")
    assert api_sign_in("203.0.113.200", "wrong") == 401
    assert sign_in(STRANGER).status_code == 429


def test_a_stranger_does_not_lock_a_known_browser_out(ana: User) -> None:
    browser = Client()
    assert sign_in(HOME, client=browser).status_code == 302
    browser.post("/sign-out/")
    strangers_try(12)
    assert sign_in(OFFICE).status_code == 429
    # The browser has moved to another network.
    assert sign_in("192.0.2.1", client=browser).status_code == 302


def test_a_stranger_does_not_lock_a_known_address_out(ana: User) -> None:
    assert api_sign_in(HOME) == 200
    strangers_try(12)
    assert api_sign_in(HOME) == 200
    assert api_sign_in(OFFICE) == 401


@pytest.mark.thorough
@pytest.mark.any_database
def test_a_known_browser_and_a_known_address_have_their_own_limits(ana: User) -> None:
    browser = Client()
    sign_in(HOME, client=browser)
    browser.post("/sign-out/")
    for _time in range(10):
        sign_in(HOME, "wrong", client=browser)
    assert sign_in(HOME, client=browser).status_code == 429
    # The address has its own limit.
    for _time in range(10):
        sign_in(HOME, "wrong")
    assert sign_in(HOME).status_code == 429
    assert sign_in(OFFICE).status_code == 302


def test_the_cookie_of_one_account_is_not_valid_for_another(ana: User) -> None:
    UserFactory(username="mallory")
    browser = Client()
    assert sign_in(STRANGER, name="mallory", client=browser).status_code == 302
    browser.post("/sign-out/")
    strangers_try()
    assert sign_in(STRANGER, client=browser).status_code == 429


def test_a_forged_cookie_is_ignored(ana: User) -> None:
    browser = Client()
    sign_in(HOME, client=browser)
    cookie = browser.cookies[settings.KNOWN_BROWSER_COOKIE_NAME]
    assert cookie["httponly"]
    forger = Client()
    forger.cookies[settings.KNOWN_BROWSER_COOKIE_NAME] = cookie.value[:-2] + "xx"
    strangers_try()
    assert sign_in(STRANGER, client=forger).status_code == 429


def test_a_known_address_is_forgotten_after_ninety_days(ana: User) -> None:
    sign_in(HOME)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        strangers_try()
        assert sign_in(HOME).status_code == 429
    assert KnownAddress.objects.count() == 1


@pytest.mark.thorough
@pytest.mark.any_database
def test_an_address_has_one_limit_for_all_names(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "ADDRESS_LIMIT", 5)
    browser = Client()
    sign_in(STRANGER, client=browser)
    browser.post("/sign-out/")
    bob = UserFactory(username="bob")
    for number in range(3):
        assert sign_in(STRANGER, "Summer2026", name=f"user{number}").status_code == 200
    assert api_sign_in(STRANGER, "Summer2026", "user3") == 401
    assert sign_in(STRANGER, "Summer2026", name=bob.username).status_code == 200
    answer = sign_in(STRANGER, name=bob.username)
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "failed sign-ins from your network" in answer.content.decode()
    assert api_sign_in(STRANGER, name=bob.username) == 401
    assert sign_in(HOME, name=bob.username).status_code == 302
    # Someone else's failed attempts from the same address do not lock out a known browser.
    assert sign_in(STRANGER, client=browser).status_code == 302


def test_the_addresses_of_one_ipv6_network_count_as_one(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lockout, "ADDRESS_LIMIT", 5)
    for number in range(5):
        sign_in(f"2001:db8:1:2::{number}", "wrong", name=f"user{number}")
    assert sign_in("2001:db8:1:2:ffff::1").status_code == 429
    assert sign_in("2001:db8:1:3::1").status_code == 302


def test_a_sign_in_elsewhere_does_not_reset_the_limit_of_strangers(ana: User) -> None:
    sign_in(HOME)
    strangers_try(9)
    assert sign_in(HOME).status_code == 302
    strangers_try(1)
    assert sign_in(OFFICE).status_code == 429


def test_names_without_an_account_are_locked_in_the_same_way(ana: User) -> None:
    strangers_try(name="nobody")
    assert sign_in(OFFICE, name="nobody").status_code == 429


@pytest.mark.parametrize("name", ["ana at known address 198.51.100.7", "ANA AT KNOWN ADDRESS 198.51.100.7"])
def test_the_limit_of_a_known_address_cannot_be_addressed_by_name(ana: User, name: str) -> None:
    sign_in(HOME)
    strangers_try(12, name=name)
    assert sign_in(HOME).status_code == 302


def test_choosing_a_new_password_by_e_mail_lets_the_owner_in(ana: User) -> None:
    EmailAddressFactory(user=ana, address="ana@example.org")
    strangers_try(12)
    reset_mail_send("ana@example.org")
    browser = Client()
    choose(browser, link_of(), "a wholly new one 7")
    assert sign_in(OFFICE, "a wholly new one 7").status_code == 429
    assert sign_in(OFFICE, "a wholly new one 7", client=browser).status_code == 302


@pytest.mark.parametrize("how", ["removed", "replaced", "unverified"])
def test_removing_an_address_invalidates_its_reset_link(ana: User, how: str) -> None:
    email = EmailAddressFactory(user=ana, address="old@example.org")
    EmailAddressFactory(user=ana, address="other@example.org")
    reset_mail_send("old@example.org")
    reset_mail_send("other@example.org")
    assert len(mail.outbox) == 2
    if how == "removed":
        email.delete()
    elif how == "replaced":
        email.address = "new@example.org"
        email.save()
    else:
        email.verified = False
        email.save()
    assert "This link no longer works" in choose(Client(), link_of(0))
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)
    assert "Your password was changed" in choose(Client(), link_of(1))
