"""The base of the settings groups: one model per group, one declaration per setting.

A group is a model with a single row. Each of its fields is declared through :func:`setting`, which adds what Django's
field does not say: the id that the API knows it by, its section, who may read it and what it depends on. Everything
else that shows or changes settings is derived from these declarations.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.utils.functional import Promise

from workspace.roles import Role
from workspace.setting_groups import locks
from workspace.setting_groups.secret_field import SecretField

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

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
    when_hosted: Callable[[], Any] | None = None
    describe: Callable[[str], str] | None = None


def setting(
    field: FieldT,
    *,
    id: str,
    section: str | Promise = "",
    public: bool = False,
    premium_module: str = "",
    requires: tuple[str, ...] = (),
    when_hosted: Callable[[], Any] | None = None,
    describe: Callable[[str], str] | None = None,
) -> FieldT:
    """Declare a setting held in `field`; one held in a SecretField is told to no one.

    `id` is its name in the API and, after `OVERWRITE_SETTING_`, in the environment; `public` settings are told to
    anyone; `premium_module` names the licence's module without which it reads as off; `requires` lists the ids of
    truth-valued settings that must all hold for it to have an effect, or must not where `!` precedes the id;
    `when_hosted` returns the value that the setting is fixed to on a cloud-hosted workspace; `describe` returns what
    admins may read of a secret's value, such as when it expires.
    """
    field.declaration = Setting(  # type: ignore[attr-defined]
        id=id,
        section=section,
        public=public,
        secret=isinstance(field, SecretField),
        premium_module=premium_module,
        requires=requires,
        when_hosted=when_hosted,
        describe=describe,
    )
    return field


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A button among the settings: `run` is the dotted path of a function that takes the acting user."""

    id: str
    label: str | Promise
    help: str | Promise = ""
    section: str | Promise = ""
    requires: tuple[str, ...] = ()
    permission: str = ""
    run: str
    page: str = ""


class SettingsGroup(models.Model):
    """One group of settings, kept in a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    # What a group may add to its page: an icon for the sidebar, the dotted path of a function that takes the request
    # and returns what stands above the form, and buttons.
    icon: ClassVar[str] = "settings"
    # The kind of installation that the settings are for; another one does not show them.
    role: ClassVar[Role] = Role.WORKSPACE
    panel: ClassVar[str] = ""
    actions: ClassVar[tuple[Action, ...]] = ()

    _cache: ClassVar[dict[type[SettingsGroup], tuple[float, SettingsGroup]]] = {}

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.id = 1
        super().save(*args, **kwargs)
        SettingsGroup._cache.pop(type(self), None)

    def changes_validate(self, changed: Collection[str]) -> None:
        """Check the values against each other before the fields named in `changed` are saved.

        Raises ValidationError by field name. What was saved long ago and is now wrong, such as an expired
        certificate, must not keep other settings from being saved.
        """

    def changes_accept(self, changed: Collection[str], actor: AbstractBaseUser | None) -> Collection[str]:
        """Set what follows from a change by `actor`, and return the names of the further fields to be saved."""
        return ()

    def notes(self) -> Mapping[str, str | Promise]:
        """Return sentences to show beside settings, by field name, such as how many people a value concerns."""
        return {}

    @classmethod
    def label(cls) -> str:
        """Return the group's name for people."""
        return str(cls._meta.verbose_name)

    @classmethod
    def slug(cls) -> str:
        """Return the group's name in addresses, such as `push`."""
        return cls.__name__.removesuffix("Settings").lower()

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
            lock = locks.lock_of(declaration, field)
            if lock and lock.value is not locks.STORED:
                setattr(group, field.attname, lock.value)
        SettingsGroup._cache[cls] = (now, group)
        return group

    @classmethod
    def stored(cls) -> Self:
        """Return the settings as saved, whatever fixes them otherwise; the defaults before a first save."""
        return cls._default_manager.filter(pk=1).first() or cls()

    @staticmethod
    def forget_cached() -> None:
        """Make this process read every group anew."""
        SettingsGroup._cache.clear()
