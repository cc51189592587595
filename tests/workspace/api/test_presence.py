"""users.setStatus, users.getStatus, users.getPresence"""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from tests.admin_rows import staff
from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import PASSWORD, UserFactory
from workspace.models import User
from workspace.selectors.presence import presence_of
from workspace.services.presence import activity_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def api(ana: User) -> ApiClient:
    return ApiClient(ana)


def test_setting_a_status_connects_the_caller(api: ApiClient, ana: User) -> None:
    assert presence_of(ana).connection == "offline"
    assert api.post("users.setStatus", status="busy", message="on stage").json() == {"success": True}
    view = presence_of(ana)
    assert (view.connection, view.status, view.status_text) == ("online", "busy", "on stage")


@pytest.mark.parametrize("fields", [{"status": "away"}, {"message": "on stage"}])
def test_omitted_arguments_keep_their_value(api: ApiClient, ana: User, fields: dict[str, str]) -> None:
    api.post("users.setStatus", status="busy", message="first")
    api.post("users.setStatus", **fields)
    view = presence_of(ana)
    assert view.status == fields.get("status", "busy")
    assert view.status_text == fields.get("message", "first")


def test_offline_is_invisible_to_others_only(api: ApiClient, ana: User) -> None:
    api.post("users.setStatus", status="offline")
    own = api.get("users.getPresence").json()
    assert (own["presence"], own["connectionStatus"]) == ("offline", "online")
    seen = ApiClient(UserFactory()).get("users.getPresence", username="ana").json()
    assert seen == {"success": True, "presence": "offline"}


@pytest.mark.parametrize("fields", [{}, {"expiresAt": "2030-01-01T00:00:00Z"}, {"userId": "x"}])
def test_a_request_without_status_is_a_match_error(api: ApiClient, ana: User, fields: dict[str, str]) -> None:
    assert failure(api.post("users.setStatus", **fields)).startswith("Match error: ")
    assert presence_of(ana).connection == "offline"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "asleep"}, "must be equal to one of the allowed values"),
        ({"status": None}, "must be equal to one of the allowed values"),
        ({"message": 3}, "must be string"),
        ({"message": "x" * 121}, "must NOT have more than 120 characters"),
        ({"status": "away", "expiresAt": "tomorrow"}, 'must match format "date-time"'),
        ({"status": "away", "expiresAt": "9999-12-31T23:59:59-23:00"}, 'must match format "date-time"'),
        ({"status": "away", "expiresAt": 3}, 'must match format "date-time"'),
    ],
)
def test_invalid_values_are_reported_and_nothing_is_set(
    api: ApiClient, ana: User, fields: dict[str, Any], sentence: str
) -> None:
    assert failure(api.post("users.setStatus", **fields)) == f"{sentence} [invalid-params]"
    assert presence_of(ana).connection == "offline"


def test_a_status_expires(api: ApiClient) -> None:
    with time_machine.travel("2026-05-01T10:00:00Z", tick=False) as clock:
        api.post("users.setStatus", status="busy", message="lunch", expiresAt="2026-05-01T10:01:00.5Z")
        status = api.get("users.getStatus").json()
        assert (status["status"], status["statusExpiresAt"]) == ("busy", "2026-05-01T10:01:00.500Z")
        clock.shift(61)
        status = api.get("users.getStatus").json()
        assert (status["status"], status["message"]) == ("away", "")
        assert "statusExpiresAt" not in status


def test_an_end_in_the_past_is_refused(api: ApiClient) -> None:
    response = api.post("users.setStatus", status="busy", expiresAt="2020-01-01T00:00:00Z")
    assert failure(response).endswith("[error-invalid-date]")


def test_setting_another_users_status_requires_the_permission(api: ApiClient, ana: User) -> None:
    bob = UserFactory(username="bob")
    response = api.post("users.setStatus", status="busy", userId=bob.public_id)
    assert failure(response, 403).endswith("[error-unauthorized]")
    admin = ApiClient(UserFactory(roles=("admin",)))
    assert admin.post("users.setStatus", status="busy", username="Bob").status_code == 200
    view = presence_of(bob)
    assert (view.status, view.connection) == ("busy", "offline")


def test_an_account_manager_cannot_set_an_administrators_status() -> None:
    api, admin = ApiClient(staff("workspace.change_user")), UserFactory(roles=("admin",))
    response = api.post("users.setStatus", status="busy", userId=admin.public_id)
    assert failure(response, 403).endswith("[error-unauthorized]")
    assert api.post("users.setStatus", status="busy", userId=UserFactory().public_id).status_code == 200


def test_returns_ones_own_status_with_the_connection(api: ApiClient, ana: User) -> None:
    activity_report(user=ana)
    assert api.get("users.getStatus").json() == {
        "success": True,
        "_id": ana.public_id,
        "status": "online",
        "message": "",
        "statusSource": "internal",
        "connectionStatus": "online",
    }


def test_returns_the_visible_status_to_others(api: ApiClient, ana: User) -> None:
    api.post("users.setStatus", status="busy", message="on stage")
    other = ApiClient(UserFactory())
    body = other.get("users.getStatus", userId=ana.public_id).json()
    assert body == {
        "success": True,
        "_id": ana.public_id,
        "status": "busy",
        "message": "on stage",
        "statusSource": "manual",
    }


def test_ones_own_presence_has_all_three_fields(ana: User) -> None:
    data = ApiClient().post("login", user="ana", password=PASSWORD).json()["data"]
    api = ApiClient(ana, token=data["authToken"])
    for query in ({}, {"userId": ana.public_id}, {"username": "ANA"}):
        body = api.get("users.getPresence", **query).json()
        assert (body["presence"], body["connectionStatus"]) == ("offline", "offline")
        assert body["lastLogin"].endswith("Z")


@pytest.mark.parametrize("name", ["users.getStatus", "users.getPresence"])
def test_an_unknown_user_is_reported(api: ApiClient, name: str) -> None:
    assert failure(api.get(name, username="nobody")).endswith("[error-invalid-user]")
    assert failure(api.get(name, userId="nobody\0")).endswith("[invalid-params]")


@pytest.mark.parametrize("name", ["users.getStatus", "users.getPresence"])
def test_anonymous_users_are_asked_to_sign_in(name: str, ana: User) -> None:
    response = ApiClient().get(name, userId=ana.public_id)
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
