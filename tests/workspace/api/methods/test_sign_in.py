"""login, logout, logoutCleanUp."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone

from tests.api_client import ApiClient
from tests.factories import PASSWORD, EmailAddressFactory, UserFactory
from tests.method_calls import call, call_error
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import call_method
from workspace.models import User
from workspace.services.people.access_tokens import access_token_create
from workspace.services.sign_in import token_find

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    user = UserFactory(username="ana")
    EmailAddressFactory(user=user, address="ana@example.org")
    return user


@pytest.mark.parametrize(
    "credentials",
    [
        {"user": {"username": "ana"}, "password": PASSWORD},
        {"user": {"email": "ana@example.org"}, "password": PASSWORD},
        {"user": "ana", "password": PASSWORD},
        {"username": "ana", "password": PASSWORD},
    ],
)
def test_signs_in_with_a_password(ana: User, credentials: dict[str, Any]) -> None:
    result = call(None, "login", credentials)
    assert (result["id"], result["type"]) == (ana.public_id, "password")
    assert set(result["tokenExpires"]) == {"$date"}
    assert ApiClient(ana, token=result["token"]).get("me").status_code == 200


def test_resumes_a_sign_in_under_the_same_token(ana: User) -> None:
    token = ApiClient(ana).token
    result = call(None, "login", {"resume": token})
    assert (result["id"], result["token"], result["type"]) == (ana.public_id, token, "resume")


def test_a_personal_access_token_expires_in_a_century(ana: User) -> None:
    token = access_token_create(user=ana, name="bot")
    expires = call(None, "login", {"resume": token})["tokenExpires"]["$date"]
    assert datetime.fromtimestamp(expires / 1000, UTC) > timezone.now() + timedelta(days=365 * 99)


def test_an_invalid_token_is_refused_as_meteor_does() -> None:
    error = call_error(None, "login", {"resume": "x"})
    assert error["error"] == 403
    assert error["reason"].startswith("You've been logged out by the server.")


@pytest.mark.parametrize("password", ["wrong", {"digest": sha256(b"wrong").hexdigest(), "algorithm": "sha-256"}])
def test_wrong_credentials_are_refused(ana: User, password: Any) -> None:
    error = call_error(None, "login", {"user": {"username": "ana"}, "password": password})
    assert (error["error"], error["message"]) == (403, "Unauthorized [403]")


def test_a_deactivated_account_is_refused(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(is_active=False)
    error = call_error(None, "login", {"user": {"username": "ana"}, "password": PASSWORD})
    assert error["error"] == "error-user-is-not-activated"


@pytest.mark.parametrize("credentials", [{}, {"oauth": {}}, {"totp": 5}, {"totp": {}}, {"user": 5}, {"resume": []}])
def test_other_credentials_are_invalid(credentials: dict[str, Any]) -> None:
    assert call_error(None, "login", credentials)["error"] in (400, "invalid-params")


def test_the_credentials_of_a_second_factor_are_those_of_the_login(ana: User) -> None:
    login = {"user": {"username": "ana"}, "password": PASSWORD}
    assert call(None, "login", {"totp": {"login": login, "code": "123456"}})["id"] == ana.public_id


class Socket:
    """A connection that remembers what it was informed of."""

    client = "socket:1"
    events: list[Any]

    def __init__(self) -> None:
        self.events = []

    def signed_in(self, user: User, auth_token: Any) -> None:
        self.events.append((user, auth_token.user))

    def signed_out(self) -> None:
        self.events.append("signed out")

    def use(self, *, in_use: bool) -> None:
        self.events.append(in_use)


def test_a_socket_is_informed_of_both(ana: User, rf: Any) -> None:
    socket, client = Socket(), ApiClient(ana)
    on_socket = MethodCall(request=rf.get("/websocket"), connection=socket)
    call_method("login", [{"resume": client.token}], on_socket)
    auth_token = token_find(client.token)
    call_method("logout", [], MethodCall(request=on_socket.request, user=ana, auth_token=auth_token, connection=socket))
    assert socket.events == [(ana, ana), "signed out"]
    assert client.get("me").status_code == 401


def test_logout_ends_the_sign_in(ana: User) -> None:
    client = ApiClient(ana)
    assert call(client, "logout") is None
    assert client.get("me").status_code == 401


def test_logout_clean_up_accepts_the_user(ana: User) -> None:
    assert call(None, "logoutCleanUp", {"_id": ana.public_id, "username": "ana"}) is None
    assert call_error(None, "logoutCleanUp")["error"] == 400
