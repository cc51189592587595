"""Adding passkeys to one's account, and signing in with them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from tests.factories import UserFactory
from tests.passkeys import SoftPasskey, local_client
from tests.second_factors import second_factor_of
from workspace.models import SignInSettings, User
from workspace.services.sign_ins.passkeys import MAX_PASSKEYS

pytestmark = pytest.mark.django_db
BACKEND = "workspace.authentication.NameOrEmailBackend"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def browser(ana: User) -> Client:
    client = local_client()
    client.force_login(ana, backend=BACKEND)
    return client


@pytest.fixture
def passkey(browser: Client) -> SoftPasskey:
    passkey = SoftPasskey()
    assert "The passkey was added" in passkey.add(browser).content.decode()
    return passkey


def passkeys() -> list[str]:
    return [str(row) for row in Authenticator.objects.filter(type="webauthn").order_by("pk")]


def test_a_passkey_signs_in_without_password_and_code(ana: User, passkey: SoftPasskey) -> None:
    second_factor_of(ana)
    other = local_client()
    assert "Sign in with a passkey" in other.get("/sign-in/").content.decode()
    answer = passkey.sign_in(other, next="/account/security/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/security/")
    assert get_user(other) == ana
    # The sign-in proves who it is.
    assert other.get("/account/security/recovery-codes/").status_code == 200
    assert passkey.sign_in(local_client(), next="https://evil.example/")["Location"] == "/"


def test_passkeys_are_renamed_and_removed(browser: Client, passkey: SoftPasskey) -> None:
    key = Authenticator.objects.get().pk
    assert passkeys() == ["Phone"]
    browser.post(f"/account/security/passkeys/{key}/", {"name": "  My   phone\0 "})
    assert passkeys() == ["My phone"]
    assert "My phone" in browser.get(f"/account/security/passkeys/{key}/remove/").content.decode()
    browser.post(f"/account/security/passkeys/{key}/remove/")
    assert passkeys() == []
    other = local_client()
    passkey.sign_in(other)
    assert "This passkey is not known here" in other.get("/sign-in/").content.decode()
    assert not get_user(other).is_authenticated


def test_nobody_changes_the_passkeys_of_others(passkey: SoftPasskey) -> None:
    stranger, key = local_client(), Authenticator.objects.get().pk
    stranger.force_login(UserFactory(), backend=BACKEND)
    for path in (f"/account/security/passkeys/{key}/", f"/account/security/passkeys/{key}/remove/"):
        assert stranger.post(path, {"name": "mine"}).status_code == 404
    assert passkeys() == ["Phone"]


def test_responses_that_do_not_fit_are_refused(ana: User, browser: Client, passkey: SoftPasskey) -> None:
    refused = [
        SoftPasskey(user_handle=passkey.user_handle),
        SoftPasskey(user_handle=passkey.user_handle, id=passkey.id),
        SoftPasskey(user_handle=passkey.user_handle, id=passkey.id, key=passkey.key, verifies_user=False),
        SoftPasskey(user_handle=passkey.user_handle, id=passkey.id, key=passkey.key, origin="https://evil.example"),
        SoftPasskey(user_handle="", id=passkey.id, key=passkey.key),
        SoftPasskey(user_handle="zzzzzzzzzzzzzzzzzzzz", id=passkey.id, key=passkey.key),
    ]
    for wrong in refused:
        other = local_client()
        assert wrong.sign_in(other)["Location"] == "/sign-in/"
        assert not get_user(other).is_authenticated
    other = local_client()
    options = other.post("/sign-in/passkey/options/").json()
    malformed: list[object] = [1, [], {}, {"response": []}, {"response": {}}, {"response": {"userHandle": 7}}, None]
    for body in ["", "{", "[" * 30_000, *map(json.dumps, malformed)]:
        answer = other.post("/sign-in/passkey/", {"response": body})
        assert answer["Location"] == "/sign-in/"
    # The challenge was used by the first response.
    answer = other.post("/sign-in/passkey/", {"response": json.dumps(passkey.answered(options))})
    assert answer["Location"] == "/sign-in/"
    for wrong in (SoftPasskey(verifies_user=False), SoftPasskey(origin="https://evil.example")):
        assert "could not be added" in wrong.add(browser).content.decode()
    assert passkeys() == ["Phone"]


def test_a_response_is_accepted_once(ana: User, passkey: SoftPasskey) -> None:
    other = local_client()
    body = {"response": json.dumps(passkey.answered(other.post("/sign-in/passkey/options/").json()))}
    other.post("/sign-in/passkey/", body)
    assert get_user(other) == ana
    other.post("/sign-out/")
    other.post("/sign-in/passkey/", body)
    assert not get_user(other).is_authenticated


def test_deactivated_accounts_and_those_without_a_required_address_are_refused(ana: User, passkey: SoftPasskey) -> None:
    SignInSettings(email_verification=True).save()
    other = local_client()
    passkey.sign_in(other)
    assert "Verify your e-mail address first" in other.get("/sign-in/").content.decode()
    ana.is_active = False
    ana.save()
    passkey.sign_in(other)
    assert "This account is deactivated" in other.get("/sign-in/").content.decode()
    assert not get_user(other).is_authenticated


def test_the_workspace_may_not_offer_passkeys(browser: Client, passkey: SoftPasskey) -> None:
    other = local_client()
    options = other.post("/sign-in/passkey/options/").json()
    SignInSettings(passkeys=False).save()
    assert "passkey" not in other.get("/sign-in/").content.decode().lower()
    assert other.post("/sign-in/passkey/options/").status_code == 403
    other.post("/sign-in/passkey/", {"response": json.dumps(passkey.answered(options))})
    assert not get_user(other).is_authenticated
    assert browser.post("/account/security/passkeys/options/").status_code == 403


def test_attempts_and_passkeys_are_limited(
    browser: Client, ana: User, passkey: SoftPasskey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.pages.passkey_sign_in.MAX_ATTEMPTS", 3)
    other = local_client()
    statuses = [other.post("/sign-in/passkey/options/").status_code for _time in range(4)]
    assert statuses == [200, 200, 200, 429]
    row = Authenticator.objects.get()
    Authenticator.objects.bulk_create(
        Authenticator(user=ana, type=row.type, data=row.data) for _time in range(MAX_PASSKEYS - 1)
    )
    full = browser.post("/account/security/passkeys/options/")
    assert (full.status_code, "Remove one of them first" in full.json()["error"]) == (400, True)


def test_an_old_sign_in_adds_no_passkey(browser: Client) -> None:
    passkey = SoftPasskey()
    options = browser.post("/account/security/passkeys/options/").json()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        body = {"name": "Phone", "response": json.dumps(passkey.created(options))}
        answer = browser.post("/account/security/passkeys/", body)
        assert "/account/security/confirm/" in answer["Location"]
    assert passkeys() == []
