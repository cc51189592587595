"""The base of the settings groups: one model per group, one declaration per setting.

A group is a model with a single row. Each of its fields is declared through :func:`setting`, which adds what Django's
field does not say: the id that the API knows it by, its section, who may read it and what it depends on. Everything
else that shows or changes settings is derived from these declarations.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.utils.functional import Promise

from workspace.setting_groups import overrides

FieldT = TypeVar("FieldT", bound="models.Field[Any, Any]")

# A saved setting is in force in every process within two seconds: each reads a group again after this long.
CACHE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What is declared of a setting beside its model field."""

    id: str
    section: str | Promise = ""
    public: bool = False
    secret: bool = False
    premium_module: str = ""
    requires: tuple[str, ...] = ()


def setting(
    field: FieldT,
    *,
    id: str,
    section: str | Promise = "",
    public: bool = False,
    secret: bool = False,
    premium_module: str = "",
    requires: tuple[str, ...] = (),
) -> FieldT:
    """Declare a setting held in `field`.

    `id` is its name in the API and, after `OVERWRITE_SETTING_`, in the environment; `public` settings are told to
    anyone, `secret` ones to no one; `premium_module` names the licence's module without which it reads as off;
    `requires` lists the ids of truth-valued settings that must all hold for it to have an effect.
    """
    field.declaration = Setting(  # type: ignore[attr-defined]
        id=id, section=section, public=public, secret=secret, premium_module=premium_module, requires=requires
    )
    return field


class SettingsGroup(models.Model):
    """One group of settings, kept in a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    _cache: ClassVar[dict[type[SettingsGroup], tuple[float, SettingsGroup]]] = {}

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.id = 1
        super().save(*args, **kwargs)
        SettingsGroup._cache.pop(type(self), None)

    @classmethod
    def declared_fields(cls) -> Iterator[tuple[Setting, models.Field[Any, Any]]]:
        """Yield each setting's declaration with its model field, in the order of declaration."""
        for field in cls._meta.concrete_fields:
            if declaration := getattr(field, "declaration", None):
                yield declaration, field

    @classmethod
    def current(cls) -> Self:
        """Return the settings in force, at most :data:`CACHE_SECONDS` old; not to be changed or saved."""
        cached = SettingsGroup._cache.get(cls)
        now = time.monotonic()
        if cached and now - cached[0] < CACHE_SECONDS and isinstance(cached[1], cls):
            return cached[1]
        group = cls.stored()
        for declaration, field in cls.declared_fields():
            if overrides.overridden(declaration.id):
                setattr(group, field.attname, overrides.value_of(declaration.id, field))
        SettingsGroup._cache[cls] = (now, group)
        return group

    @classmethod
    def stored(cls) -> Self:
        """Return the settings as saved, without the environment's overrides; the defaults before a first save."""
        return cls._default_manager.filter(pk=1).first() or cls()

    @staticmethod
    def forget_cached() -> None:
        """Make this process read every group anew."""
        SettingsGroup._cache.clear()
