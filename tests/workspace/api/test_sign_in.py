"""login, logout, me."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
import time_machine

from tests.api_client import NOT_SIGNED_IN, ApiClient
from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from workspace.models import SignInSettings, User
from workspace.security.password_hashers import DigestPBKDF2PasswordHasher
from workspace.selectors.presence import presence_of

pytestmark = pytest.mark.django_db

UNAUTHORIZED = {"status": "error", "error": "Unauthorized", "message": "Unauthorized"}


@pytest.fixture
def ana() -> User:
    user = UserFactory(username="Ana", name="Ana Silva")
    EmailAddressFactory(user=user, address="ana.silva@example.org")
    return user


@pytest.mark.parametrize(
    "name",
    [
        {"user": "Ana"},
        {"username": "ana"},
        {"user": "ana.silva@example.org"},
        {"username": "Ana.Silva@Example.org"},
        {"user": {"username": "ana"}},
        {"user": {"email": "ana.silva@example.org"}},
    ],
)
def test_signs_in_by_username_or_address_under_either_parameter(ana: User, name: dict[str, Any]) -> None:
    response = ApiClient().post("login", **name, password=PASSWORD)
    body = response.json()
    assert (response.status_code, body["status"]) == (200, "success")
    assert "success" not in body
    assert body["data"]["userId"] == ana.public_id
    assert ApiClient(ana, token=body["data"]["authToken"]).get("me").json()["username"] == "Ana"


class QuickHasher(DigestPBKDF2PasswordHasher):
    """The product's hasher with fewer iterations."""

    iterations = 10


def digest_of(password: str) -> dict[str, str]:
    return {"digest": sha256(password.encode()).hexdigest(), "algorithm": "sha-256"}


def test_signs_in_with_the_digest_of_the_password(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.QuickHasher", *settings.PASSWORD_HASHERS]
    ana = UserFactory(username="ana", password=PASSWORD)
    ana.set_password(PASSWORD)
    ana.save()
    for password in (PASSWORD, digest_of(PASSWORD)):
        body = ApiClient().post("login", user="ana", password=password).json()
        assert body["data"]["userId"] == ana.public_id
    for wrong in (digest_of("another"), digest_of(PASSWORD)["digest"]):
        assert ApiClient().post("login", user="ana", password=wrong).json() == UNAUTHORIZED


def test_an_old_password_hash_is_upgraded_at_the_next_sign_in(settings: Any) -> None:
    ana = UserFactory(username="ana")
    settings.PASSWORD_HASHERS = [f"{__name__}.QuickHasher", *settings.PASSWORD_HASHERS]
    assert ApiClient().post("login", user="ana", password=digest_of(PASSWORD)).json() == UNAUTHORIZED
    assert ApiClient().post("login", user="ana", password=PASSWORD).status_code == 200
    assert ApiClient().post("login", user="ana", password=digest_of(PASSWORD)).status_code == 200
    ana.refresh_from_db()
    assert ana.password.startswith("pbkdf2_sha256_digest$")


@pytest.mark.parametrize(
    "password",
    [{"digest": "x", "algorithm": "sha-256"}, {"digest": "0" * 64}, {"digest": "0" * 64, "algorithm": "md5"}],
)
def test_an_invalid_digest_is_rejected(ana: User, password: dict[str, str]) -> None:
    response = ApiClient().post("login", user="ana", password=password)
    assert (response.status_code, response.json()["errorType"]) == (400, "invalid-params")


def test_an_address_identifies_the_account_that_has_verified_it(ana: User) -> None:
    EmailAddressFactory(address="ana.silva@example.org", verified=False)
    assert ApiClient().post("login", user="ana.silva@example.org", password=PASSWORD).json()["data"]["userId"] == (
        ana.public_id
    )


def test_an_unverified_address_identifies_the_only_account_that_has_it() -> None:
    bob = EmailAddressFactory(address="bob@example.org", verified=False).user
    login = {"user": "bob@example.org", "password": PASSWORD}
    assert ApiClient().post("login", login).json()["data"]["userId"] == bob.public_id
    EmailAddressFactory(address="bob@example.org", verified=False)
    assert ApiClient().post("login", login).json() == UNAUTHORIZED


def test_signs_in_with_a_submitted_form(ana: User) -> None:
    body = f"user=Ana&password={PASSWORD}".replace(" ", "+")
    response = ApiClient().send("post", "login", body, "application/x-www-form-urlencoded")
    assert response.json()["data"]["me"]["_id"] == ana.public_id


def test_returns_the_fields_that_clients_read(ana: User) -> None:
    me = ApiClient().post("login", user="ana", password=PASSWORD).json()["data"]["me"]
    assert me["emails"] == [{"address": "ana.silva@example.org", "verified": True}]
    assert (me["name"], me["roles"], me["active"]) == ("Ana Silva", ["user"], True)
    assert (me["status"], me["statusConnection"], me["utcOffset"]) == ("offline", "offline", 0)
    assert me["avatarUrl"].endswith("/avatar/Ana")
    assert "preferences" in me["settings"]
    assert "language" not in me


def test_me_is_the_same_at_the_top_level(ana: User) -> None:
    body = ApiClient(ana).get("me").json()
    assert (body["success"], body["_id"], body["name"]) == (True, ana.public_id, "Ana Silva")


@pytest.mark.parametrize(
    ("name", "password"),
    [("ana", "wrong"), ("ana", ""), ("nobody", PASSWORD), ("", PASSWORD), ("n" * 255, PASSWORD)],
)
def test_wrong_credentials_are_unauthorized(ana: User, name: str, password: str) -> None:
    response = ApiClient().post("login", user=name or " ", password=password or "-")
    assert (response.status_code, response.json()) == (401, UNAUTHORIZED)


def test_a_missing_password_is_treated_as_wrong(ana: User) -> None:
    assert ApiClient().post("login", user="ana").json() == UNAUTHORIZED


def test_a_sign_in_without_a_name_reports_the_missing_parameters(ana: User) -> None:
    response = ApiClient().post("login", password=PASSWORD)
    assert response.status_code == 400
    assert response.json()["errorType"] == "invalid-params"
    assert "must have required property 'user'" in response.json()["error"]


def test_resumes_an_earlier_sign_in_under_the_same_token(ana: User) -> None:
    token = ApiClient(ana).token
    data = ApiClient().post("login", resume=token).json()["data"]
    assert (data["authToken"], data["userId"]) == (token, ana.public_id)


def test_an_expired_sign_in_cannot_be_resumed(ana: User) -> None:
    client = ApiClient(ana)
    client.post("logout", {})
    response = ApiClient().post("login", resume=client.token)
    assert response.status_code == 401
    assert response.json()["message"].startswith("You've been logged out by the server.")


def test_a_deactivated_account_cannot_sign_in_resume_or_call(ana: User) -> None:
    client = ApiClient(ana)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    body = ApiClient().post("login", user="ana", password=PASSWORD).json()
    assert (body["status"], body["error"]) == ("error", "error-user-is-not-activated")
    assert ApiClient().post("login", user="ana", password="wrong").json() == UNAUTHORIZED
    assert ApiClient().post("login", resume=client.token).status_code == 401
    assert client.get("me").json() == NOT_SIGNED_IN


def test_too_many_failures_block_the_account_whichever_name_is_tried(ana: User) -> None:
    names = ["ana", "ANA", "ana.silva@example.org"]
    for number in range(10):
        ApiClient().post("login", user=names[number % 3], password="wrong")
    response = ApiClient().post("login", user="ana", password=PASSWORD)
    assert response.status_code == 401
    assert (response.json()["status"], response.json()["error"]) == ("error", "error-login-blocked-for-user")


def test_a_lockout_expires_and_does_not_affect_others(ana: User) -> None:
    UserFactory(username="bob")
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False) as clock:
        for _try in range(10):
            ApiClient().post("login", user="ana", password="wrong")
        assert ApiClient().post("login", user="bob", password=PASSWORD).status_code == 200
        clock.shift(16 * 60)
        assert ApiClient().post("login", user="ana", password=PASSWORD).status_code == 200


def test_a_successful_sign_in_resets_earlier_failures(ana: User) -> None:
    for _round in range(2):
        for _try in range(9):
            ApiClient().post("login", user="ana", password="wrong")
        assert ApiClient().post("login", user="ana", password=PASSWORD).status_code == 200


def test_a_sign_in_is_recorded_and_creates_no_session(ana: User) -> None:
    client = ApiClient()
    client.post("login", user="ana", password=PASSWORD)
    ana.refresh_from_db()
    assert ana.last_login is not None
    assert not client.client.cookies


def test_logout_ends_this_sign_in_only(ana: User) -> None:
    client, other = ApiClient(ana), ApiClient(ana)
    body = client.post("logout", {}).json()
    assert body["status"] == "success"
    assert body["data"]["message"]
    assert "success" not in body
    assert client.get("me").json() == NOT_SIGNED_IN
    assert other.get("me").status_code == 200


def test_a_logout_ends_the_connection_of_its_client_only(ana: User) -> None:
    client, other = ApiClient(ana), ApiClient(ana)
    client.post("users.setStatus", message="here")
    other.post("users.setStatus", message="there")
    client.post("logout", {})
    assert presence_of(ana).connection == "online"
    other.post("logout", {})
    assert presence_of(ana).connection == "offline"


@pytest.mark.parametrize("name", ["me", "logout"])
def test_anonymous_users_are_asked_to_sign_in(name: str) -> None:
    call = ApiClient().get if name == "me" else ApiClient().post
    response = call(name)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)


def test_a_token_is_only_valid_with_the_id_of_its_user(ana: User) -> None:
    bob = UserFactory()
    client = ApiClient(ana)
    for headers in (
        {"X-Auth-Token": client.token, "X-User-Id": bob.public_id},
        {"X-Auth-Token": client.token},
        {"X-User-Id": ana.public_id},
        {"X-Auth-Token": client.token[:-1], "X-User-Id": ana.public_id},
    ):
        client.headers = headers
        assert (client.get("me").status_code, client.get("me").json()) == (401, NOT_SIGNED_IN)


def test_header_names_may_be_in_lower_case(ana: User) -> None:
    client = ApiClient(ana)
    client.headers = {name.lower(): value for name, value in client.headers.items()}
    assert client.get("me").status_code == 200


def test_login_ignores_an_expired_token(ana: User) -> None:
    client = ApiClient()
    client.headers = {"X-Auth-Token": "stale", "X-User-Id": ana.public_id}
    assert client.post("login", user="ana", password=PASSWORD).status_code == 200


def test_additional_parameters_are_ignored(ana: User) -> None:
    body = json.dumps({"user": "ana", "password": PASSWORD, "ldapOptions": {}, "code": None})
    assert ApiClient().send("post", "login", body).status_code == 200


def test_a_verified_address_may_be_required() -> None:
    SignInSettings(email_verification=True).save()
    user = UserFactory(username="ana")
    answer = ApiClient().post("login", user="ana", password=PASSWORD)
    assert (answer.status_code, answer.json()["error"]) == (401, "error-invalid-email")
    EmailAddressFactory(user=user)
    assert ApiClient().post("login", user="ana", password=PASSWORD).status_code == 200
    UserFactory(username="root", roles=("admin",))
    assert ApiClient().post("login", user="root", password=PASSWORD).status_code == 200
