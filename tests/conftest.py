"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.core.cache import cache

from workspace.setting_groups import SettingsGroup


def redis_keys_delete() -> None:
    """Remove this run's keys from Redis; clearing the cache as such would empty the server's whole database."""
    server = redis.Redis.from_url(settings.REDIS_URL)
    for pattern in (f"{settings.REDIS_PREFIX}*", f"django_q:{settings.REDIS_PREFIX}*"):
        if keys := list(server.scan_iter(pattern)):
            server.delete(*keys)


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    """Let no test see the settings or rate limits of another."""
    SettingsGroup.forget_cached()
    if settings.REDIS_URL:
        redis_keys_delete()
    else:
        cache.clear()
    yield
    SettingsGroup.forget_cached()


@pytest.fixture(scope="session", autouse=True)
def _redis_left_as_found() -> Iterator[None]:
    yield
    if settings.REDIS_URL:
        redis_keys_delete()
