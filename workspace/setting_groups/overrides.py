"""Settings fixed by the environment: `OVERWRITE_SETTING_<id>`."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models

from workspace.setting_groups.kinds import value_parse

PREFIX = "OVERWRITE_SETTING_"


def is_overridden(setting_id: str) -> bool:
    """Return True if the environment fixes the setting."""
    return PREFIX + setting_id in os.environ


def override_value(setting_id: str, field: models.Field[Any, Any]) -> Any:
    """Return the value of the setting in the environment.

    Raises ImproperlyConfigured, with the name of the variable, if the value is invalid.
    """
    try:
        return value_parse(field, os.environ[PREFIX + setting_id])
    except ValidationError as error:
        raise ImproperlyConfigured(f"{PREFIX}{setting_id}: {' '.join(error.messages)}") from error
