"""users.presence"""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from tests.api_client import NOT_SIGNED_IN, ApiClient, failure
from tests.factories import UserFactory
from workspace.models import User
from workspace.services.presence import activity_report, status_set

pytestmark = pytest.mark.django_db

NOON = "2026-05-01T12:00:00Z"


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana", name="Ana Silva")


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob", name="")


@pytest.fixture
def api() -> ApiClient:
    return ApiClient(UserFactory(username="asker"))


def statuses(body: dict[str, Any]) -> dict[str, str]:
    return {user["username"]: user["status"] for user in body["users"]}


def test_returns_users_who_are_not_offline(api: ApiClient, ana: User, bob: User) -> None:
    activity_report(user=ana)
    body = api.get("users.presence").json()
    assert body == {
        "success": True,
        "full": True,
        "users": [
            {
                "_id": ana.public_id,
                "name": "Ana Silva",
                "username": "ana",
                "status": "online",
                "utcOffset": 0,
                "statusSource": "internal",
            }
        ],
    }


def test_returns_a_status_with_text_and_end(api: ApiClient, ana: User) -> None:
    with time_machine.travel(NOON, tick=False):
        activity_report(user=ana)
        ApiClient(ana).post("users.setStatus", status="busy", message="lunch", expiresAt="2026-05-01T12:30:00Z")
        person = api.get("users.presence").json()["users"][0]
    assert (person["status"], person["statusText"], person["statusSource"]) == ("busy", "lunch", "manual")
    assert person["statusExpiresAt"] == "2026-05-01T12:30:00.000Z"


def test_an_invisible_user_is_not_listed(api: ApiClient, ana: User) -> None:
    activity_report(user=ana)
    status_set(user=ana, status="offline")
    assert statuses(api.get("users.presence").json()) == {}
    assert statuses(api.get("users.presence", ids=ana.public_id).json()) == {"ana": "offline"}


@pytest.mark.parametrize("form", ["{0},{1}", "{0},,{1},nobody"])
def test_returns_the_requested_users(api: ApiClient, ana: User, bob: User, form: str) -> None:
    UserFactory(username="cy")
    activity_report(user=ana)
    body = api.get("users.presence", ids=form.format(ana.public_id, bob.public_id)).json()
    assert statuses(body) == {"ana": "online", "bob": "offline"}
    assert body["users"][1]["name"] == "bob"


def test_ids_may_be_repeated(api: ApiClient, ana: User, bob: User) -> None:
    assert len(api.get("users.presence", ids=[ana.public_id, bob.public_id]).json()["users"]) == 2


def test_returns_presence_changed_by_a_report_or_by_timeout(api: ApiClient, ana: User, bob: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        activity_report(user=ana)
        clock.shift(100)
        activity_report(user=bob)
        since_then = api.get("users.presence", **{"from": "2026-05-01T12:01:30Z"}).json()
        assert since_then["full"] is False
        assert statuses(since_then) == {"bob": "online"}
        since_before = api.get("users.presence", **{"from": "2026-05-01T12:00:50Z"}).json()
        assert statuses(since_before) == {"ana": "away", "bob": "online"}
        clock.shift(210)
        assert statuses(api.get("users.presence", **{"from": "2026-05-01T12:05:00Z"}).json()) == {}
        assert statuses(api.get("users.presence", **{"from": "2026-05-01T12:04:00Z"}).json()) == {"ana": "offline"}


def test_changes_since_more_than_ten_minutes_ago_are_answered_with_everybody_online(
    api: ApiClient, ana: User, bob: User
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        activity_report(user=ana)
        clock.shift(601)
        activity_report(user=bob)
        body = api.get("users.presence", **{"from": "2026-05-01T12:00:00Z"}).json()
        assert body["full"] is True
        assert statuses(body) == {"bob": "online"}


def test_a_deactivated_user_is_not_listed(api: ApiClient, ana: User) -> None:
    activity_report(user=ana)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    assert statuses(api.get("users.presence").json()) == {}
    assert statuses(api.get("users.presence", ids=ana.public_id).json()) == {}


def test_an_invalid_time_is_reported(api: ApiClient) -> None:
    assert failure(api.get("users.presence", **{"from": "yesterday"})).endswith("[invalid-params]")


def test_anonymous_users_are_asked_to_sign_in() -> None:
    response = ApiClient().get("users.presence")
    assert (response.status_code, response.json()) == (401, NOT_SIGNED_IN)
