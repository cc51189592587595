"""Counters of calls while the cache is unavailable."""

from __future__ import annotations

from typing import Any

import pytest
from redis import RedisError

from tests.api_client import ApiClient
from tests.factories import UserFactory
from workspace.cache import call_count, first_within

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def cache_away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # As in a process that was started with Redis as its cache.
    monkeypatch.setattr("workspace.cache.CACHE_ERRORS", (RedisError,))
    monkeypatch.setattr("workspace.cache.COUNTING_ERRORS", (RedisError, ValueError))
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": NOBODY_LISTENS}
    }


def test_calls_under_one_key_are_counted_together() -> None:
    assert [call_count("counts:one", seconds=60) for _call in range(3)] == [1, 2, 3]
    assert call_count("counts:other", seconds=60) == 1


def test_only_the_first_call_is_the_first() -> None:
    assert [first_within("counts:first", seconds=60) for _call in range(2)] == [True, False]


@pytest.mark.usefixtures("cache_away")
def test_without_the_cache_every_call_is_the_first() -> None:
    assert [call_count("counts:away", seconds=60) for _call in range(2)] == [1, 1]
    assert [first_within("counts:away", seconds=60) for _call in range(2)] == [True, True]


@pytest.mark.django_db
@pytest.mark.usefixtures("cache_away")
def test_the_api_answers_without_the_cache(settings: Any) -> None:
    settings.API_RATE_LIMITING = True
    assert ApiClient(UserFactory()).get("me").status_code == 200
