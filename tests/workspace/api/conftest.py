"""Fixtures for endpoints of accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workspace.api.test_sign_in import QuickHasher


@pytest.fixture
def digests_accepted(settings: Any) -> None:
    """Store passwords like the product, so that their digests are accepted, but with fewer iterations."""
    settings.PASSWORD_HASHERS = [f"{QuickHasher.__module__}.{QuickHasher.__qualname__}", *settings.PASSWORD_HASHERS]
