"""Every settings group and setting of the installation, found through Django's models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from workspace.setting_groups.base import Setting, SettingsGroup


@dataclass(frozen=True, slots=True)
class RegisteredSetting:
    """A setting together with where it is kept."""

    group: type[SettingsGroup]
    field: models.Field[Any, Any]
    declaration: Setting


def groups() -> list[type[SettingsGroup]]:
    """Return all settings groups, in the order of the installed apps."""
    return [model for model in apps.get_models() if issubclass(model, SettingsGroup)]


@cache
def settings_by_id() -> dict[str, RegisteredSetting]:
    """Return every declared setting by its id."""
    found: dict[str, RegisteredSetting] = {}
    for group in groups():
        for declaration, field in group.declared_fields():
            if declaration.id in found:
                raise ImproperlyConfigured(f"The setting {declaration.id} is declared twice.")
            found[declaration.id] = RegisteredSetting(group, field, declaration)
    return found
