"""API calls of the mobile app count as activity."""

from __future__ import annotations

import pytest
import time_machine
from django.test import override_settings

from tests.api_client import ApiClient
from tests.factories import UserFactory
from workspace.models import Presence, User
from workspace.selectors.presence import presence_of

pytestmark = pytest.mark.django_db

MOBILE = {"User-Agent": "RC Mobile; ios 18.1; v4.60.0 (123)"}


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def app(ana: User) -> ApiClient:
    api = ApiClient(ana)
    api.headers |= MOBILE
    return api


def test_a_call_of_the_mobile_app_connects_its_user(ana: User, app: ApiClient) -> None:
    app.get("me")
    assert presence_of(ana).connection == "online"


def test_calls_of_other_programs_do_not_count_as_activity(ana: User) -> None:
    ApiClient(ana).get("me")
    assert not Presence.objects.exists()


def test_background_calls_do_not_count_as_activity(ana: User, app: ApiClient) -> None:
    app.post("push.token", type="apn", value="a" * 64, appName="chat.rocket.ios")
    app.delete("push.token", token="a" * 64)
    assert not Presence.objects.exists()


def test_a_rejected_call_does_not_count_as_activity(ana: User, app: ApiClient) -> None:
    app.headers["X-Auth-Token"] = "wrong"
    assert app.get("me").status_code == 401
    assert not Presence.objects.exists()


@override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}})
def test_calls_within_seconds_count_as_one_report(ana: User, app: ApiClient) -> None:
    # Redis expires keys by its own clock, which a test cannot set.
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        app.get("me")
        first = Presence.objects.get().last_active_at
        clock.shift(14)
        app.get("me")
        assert Presence.objects.get().last_active_at == first
        clock.shift(2)
        app.get("me")
        assert Presence.objects.get().last_active_at != first


def test_signing_out_ends_the_apps_connection(ana: User, app: ApiClient) -> None:
    app.get("me")
    app.post("logout", {})
    assert presence_of(ana).connection == "offline"
