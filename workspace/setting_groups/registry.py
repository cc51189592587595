"""Every settings group and setting of the installation, found through Django's models."""

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
    """A setting together with where it is kept."""

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
        """Return the value before anyone chose; a value made by chance has none that could be named."""
        return None if callable(self.field.default) else self.field.get_default()

    @property
    def lock(self) -> Lock | None:
        return lock_of(self.declaration, self.field)

    @property
    def value(self) -> Any:
        """Return the value in force."""
        return getattr(self.group.current(), self.field.attname)

    @property
    def has_address(self) -> bool:
        """Return True if the value is the address of a server, or several, which may contain secrets."""
        return isinstance(self.field, AddressSecretsMixin)

    def masked(self, value: Any) -> Any:
        """Return a value of the setting without the secrets inside addresses, as people and clients may see it."""
        return addresses_mask(value) if self.has_address else value


@dataclass(frozen=True, slots=True)
class RegisteredAction:
    """A button together with the group among whose settings it stands."""

    group: type[SettingsGroup]
    action: Action


def groups() -> list[type[SettingsGroup]]:
    """Return the settings groups of what this installation is, in the order of the installed apps."""
    return [model for model in apps.get_models() if issubclass(model, SettingsGroup) and has_role(model.role)]


@cache
def settings_by_id() -> dict[str, RegisteredSetting]:
    """Return every declared setting by its id."""
    found: dict[str, RegisteredSetting] = {}
    for group in groups():
        for entry in settings_of(group):
            if entry.id in found:
                raise ImproperlyConfigured(f"The setting {entry.id} is declared twice.")
            found[entry.id] = entry
    return found


@cache
def actions_by_id() -> dict[str, RegisteredAction]:
    """Return every declared button by its id."""
    return {action.id: RegisteredAction(group, action) for group in groups() for action in group.actions}


def settings_of(group: type[SettingsGroup]) -> list[RegisteredSetting]:
    """Return the group's settings in the order of declaration."""
    return [RegisteredSetting(group, field, declaration) for declaration, field in group.declared_fields()]


def requirements_unmet(requires: tuple[str, ...]) -> list[tuple[RegisteredSetting, bool]]:
    """Return those of a declaration's requirements that do not hold now: the setting, and the value it would need."""
    unmet = []
    for name in requires:
        entry, wanted = settings_by_id()[name.removeprefix("!")], not name.startswith("!")
        if bool(entry.value) is not wanted:
            unmet.append((entry, wanted))
    return unmet
