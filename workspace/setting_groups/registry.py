"""All settings groups and settings of the installation, collected from Django's models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from workspace.address_masks import addresses_mask
from workspace.roles import has_role
from workspace.secret_addresses import AddressSecretsMixin
from workspace.setting_groups.base import Action, Setting, SettingsGroup
from workspace.setting_groups.kinds import Kind, kind_of
from workspace.setting_groups.locks import Lock, lock_of


@dataclass(frozen=True, slots=True)
class RegisteredSetting:
    """A setting with its group and model field."""

    group: type[SettingsGroup]
    field: models.Field[Any, Any]
    declaration: Setting

    @property
    def id(self) -> str:
        return self.declaration.id

    @property
    def label(self) -> str:
        return str(self.field.verbose_name)

    @property
    def kind(self) -> Kind:
        return kind_of(self.field)

    @property
    def default(self) -> Any:
        """Return the default; None if it is generated, such as a random id."""
        return None if callable(self.field.default) else self.field.get_default()

    @property
    def lock(self) -> Lock | None:
        return lock_of(self.declaration, self.field)

    @property
    def value(self) -> Any:
        """Return the effective value."""
        return getattr(self.group.current(), self.field.attname)

    @property
    def has_address(self) -> bool:
        """Return True if the value consists of server addresses, which may contain secrets."""
        return isinstance(self.field, AddressSecretsMixin)

    def masked(self, value: Any) -> Any:
        """Return a value of the setting with secrets in addresses masked, for people and clients."""
        return addresses_mask(value) if self.has_address else value


@dataclass(frozen=True, slots=True)
class RegisteredAction:
    """A button and its group."""

    group: type[SettingsGroup]
    action: Action


def groups() -> list[type[SettingsGroup]]:
    """Return the settings groups that apply to this installation, in the order of the installed apps."""
    return [model for model in apps.get_models() if issubclass(model, SettingsGroup) and has_role(model.role)]


@cache
def settings_by_id() -> dict[str, RegisteredSetting]:
    """Return all settings by id."""
    entries: dict[str, RegisteredSetting] = {}
    for group in groups():
        for entry in settings_of(group):
            if entry.id in entries:
                raise ImproperlyConfigured(f"The setting {entry.id} is declared twice.")
            entries[entry.id] = entry
    return entries


@cache
def actions_by_id() -> dict[str, RegisteredAction]:
    """Return all buttons by id."""
    return {action.id: RegisteredAction(group, action) for group in groups() for action in group.actions}


def settings_of(group: type[SettingsGroup]) -> list[RegisteredSetting]:
    """Return the group's settings in the order of declaration."""
    return [RegisteredSetting(group, field, declaration) for declaration, field in group.declared_fields()]


def requirements_unmet(requires: tuple[str, ...]) -> list[tuple[RegisteredSetting, bool]]:
    """Return the requirements that are not met: the setting, and the value that it must have."""
    unmet = []
    for name in requires:
        entry, expected = settings_by_id()[name.removeprefix("!")], not name.startswith("!")
        if bool(entry.value) is not expected:
            unmet.append((entry, expected))
    return unmet
