"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from workspace.setting_groups import SettingsGroup


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    """Let no test see the settings or rate limits of another."""
    SettingsGroup.forget_cached()
    cache.clear()
    yield
    SettingsGroup.forget_cached()
