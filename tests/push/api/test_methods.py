"""raix:push-update and raix:push-setuser."""

from __future__ import annotations

from typing import Any

import pytest

from push.models import Device
from tests.api_client import ApiClient
from tests.factories import UserFactory
from tests.method_calls import call, call_error
from workspace.models import User

pytestmark = pytest.mark.django_db

OPTIONS = {"id": "client-1", "token": {"gcm": "token-1"}, "authToken": "x", "appName": "chat", "metadata": {}}


@pytest.fixture
def ana() -> User:
    return UserFactory()


def test_a_device_is_registered_and_removed_at_the_end_of_the_sign_in(ana: User) -> None:
    client = ApiClient(ana)
    device = call(client, "raix:push-update", OPTIONS | {"userId": ana.public_id})
    assert (device["token"], device["userId"]) == ({"gcm": "token-1"}, ana.public_id)
    assert set(device["createdAt"]) == {"$date"}
    call(client, "logout")
    assert not Device.objects.exists()


def test_only_the_owner_is_confirmed(ana: User) -> None:
    device = call(ana, "raix:push-update", OPTIONS)
    for name in (device["_id"], "client-1", {"id": "client-1", "userId": ana.public_id}):
        assert call(ana, "raix:push-setuser", name) is True
        assert call(UserFactory(), "raix:push-setuser", name) is False
    assert call_error(ana, "raix:push-setuser", {})["error"] == 400


@pytest.mark.parametrize(
    "options",
    [{}, {"token": {}}, {"token": {"gcm": "a", "apn": "b"}}, {"token": {"fcm": "a"}, "appName": "chat"}, {"token": 5}],
)
def test_wrong_tokens_are_refused(ana: User, options: dict[str, Any]) -> None:
    assert call_error(ana, "raix:push-update", options)["error"] in (400, "invalid-params")


def test_another_user_cannot_be_named(ana: User) -> None:
    error = call_error(ana, "raix:push-update", OPTIONS | {"userId": UserFactory().public_id})
    assert (error["error"], error["reason"]) == (403, "Forbidden access")
