"""Passwords that consist of the workspace's own names."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from workspace.models import GeneralSettings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _theatre(settings: Any) -> None:
    settings.SITE_URL = "https://chat.globe-theatre.example"
    general = GeneralSettings.stored()
    general.site_name = "The Globe, London"
    general.save()


@pytest.mark.parametrize(
    "password", ["callboard2026", "Globe-2026!!", "london.globe", "TheGlobeLondon", "globe-theatre", "callboardchat"]
)
def test_a_name_with_digits_and_symbols_is_rejected(password: str) -> None:
    with pytest.raises(ValidationError, match="more than the name of the workspace"):
        validate_password(password)


@pytest.mark.parametrize("password", ["globe paprika 7", "9517-3046-8824", "a chatty parrot"])
def test_other_passwords_are_accepted(password: str) -> None:
    validate_password(password)
