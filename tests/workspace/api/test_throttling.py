"""Rate limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.api_client import ApiClient, failure
from tests.factories import RoomFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = 1_780_000_020.25  # 20.25 s into a minute


@pytest.fixture(autouse=True)
def clock(settings: Any) -> Iterator[time_machine.Traveller]:
    settings.API_RATE_LIMITING = True
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_returns_the_limit_and_the_remaining_calls() -> None:
    api = ApiClient(UserFactory())
    api.get("me")
    headers = api.get("me").headers
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("10", "8")
    assert int(headers["x-ratelimit-reset"]) % 60_000 == 0
    assert 0 < int(headers["x-ratelimit-reset"]) - NOW * 1000 <= 60_000


def test_the_eleventh_call_in_a_minute_is_refused(clock: time_machine.Traveller) -> None:
    api = ApiClient(UserFactory())
    assert [api.get("me").status_code for _call in range(11)] == [200] * 10 + [429]
    clock.shift(60)
    assert api.get("me").status_code == 200


def test_the_seconds_to_wait_are_the_only_digits_in_the_error() -> None:
    api = ApiClient(UserFactory())
    for _call in range(10):
        api.get("me")
    response = api.get("me")
    error = failure(response, 429)
    assert response.json()["errorType"] == "error-too-many-requests"
    wait = int(re.sub(r"\D", "", error))
    assert 1 <= wait <= 60
    assert (int(response.headers["x-ratelimit-reset"]) / 1000 - NOW) <= wait


def test_limits_apply_per_endpoint_and_caller() -> None:
    ana, bob = ApiClient(UserFactory()), ApiClient(UserFactory())
    for _call in range(11):
        ana.get("me")
    assert ana.get("me").status_code == 429
    assert ana.get("users.getPresence").status_code == 200
    assert bob.get("me").status_code == 200


def test_a_refused_call_does_nothing() -> None:
    user = UserFactory()
    room = RoomFactory(members=[user])
    api = ApiClient(user)
    for _call in range(12):
        api.post("chat.postMessage", roomId=room.public_id, text="hello")
    assert room.messages.count() == 10


def test_sending_has_its_documented_limit(clock: time_machine.Traveller) -> None:
    user = UserFactory()
    room = RoomFactory(members=[user])
    api = ApiClient(user)
    message = {"rid": room.public_id, "msg": "hello"}
    statuses = [api.post("chat.sendMessage", message=message).status_code for _call in range(6)]
    assert statuses == [200] * 5 + [429]
    clock.shift(1)
    assert api.post("chat.sendMessage", message=message).headers["x-ratelimit-limit"] == "5"


def test_users_with_the_permission_bypass_the_limits() -> None:
    api = ApiClient(UserFactory(roles=("admin",)))
    assert {api.get("me").status_code for _call in range(12)} == {200}


def test_anonymous_callers_are_distinguished_by_address() -> None:
    api = ApiClient()
    statuses = [api.post("login", user="nobody", password="x", n=number).status_code for number in range(11)]
    assert statuses == [401] * 10 + [429]
    api.headers["X-Forwarded-For"] = "203.0.113.9"
    assert api.post("login", user="nobody", password="x").status_code == 429


def test_the_limits_can_be_switched_off(settings: Any) -> None:
    settings.API_RATE_LIMITING = False
    api = ApiClient(UserFactory())
    responses = [api.get("me") for _call in range(12)]
    assert {response.status_code for response in responses} == {200}
    assert "x-ratelimit-limit" not in responses[0].headers
