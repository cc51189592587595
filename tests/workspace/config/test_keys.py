"""Keys that production accepts."""

from __future__ import annotations

import secrets

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from workspace.config.keys import key_check


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "changeme",
        "build",
        "k" * 60,
        "changeme" * 6,
        "xkqzxkqzxkqzxkqzxkqzxkqzxkqzxkqz",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "an-example-for-the-deploy-check-only-never-use-it-0123456789",
        "django-insecure-" + "w5!jk2m)q0v8t_1rz#n^c7x3p&b6y(h4d9f",
        "3e61c3e68219ec0e",
    ],
)
def test_weak_and_published_keys_are_refused(key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY") as refused:
        key_check("SECRET_KEY", key)
    assert len(key) < 8 or key not in str(refused.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: secrets.token_hex(16),
        lambda: secrets.token_hex(32),
        lambda: secrets.token_urlsafe(24),
        lambda: secrets.token_urlsafe(48),
        get_random_secret_key,
    ],
)
def test_random_keys_are_accepted(make: object) -> None:
    for _time in range(300):
        key_check("SECRET_KEY", make())  # type: ignore[operator]
