"""The base of the settings groups: one model per group, one declaration per setting.

A group is a model with a single row. Each of its fields is declared through :func:`setting`, which adds what a Django
field does not have: the id in the API, the section, who may read it, and what it depends on. Screens, API and
documentation are derived from these declarations.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.utils.functional import Promise

from workspace.database.prepared import PreparedQuery
from workspace.roles import Role
from workspace.setting_groups import locks
from workspace.setting_groups.secret_field import SecretField

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

FieldT = TypeVar("FieldT", bound="models.Field[Any, Any]")
GroupT = TypeVar("GroupT", bound="SettingsGroup")

# Each process reloads a group after this time, so a saved setting takes effect everywhere within two seconds.
CACHE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """The declaration of a setting, in addition to its model field."""

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
    """Declare a setting stored in `field`. The value of a SecretField is never shown.

    `id` is its name in the API and, after `OVERWRITE_SETTING_`, in the environment. `public` settings can be read by
    anyone. Without a licence for `premium_module`, the setting is off. `requires` lists the ids of boolean settings
    that must be on for the setting to take effect, or off if prefixed by `!`. `when_hosted` returns the fixed value on
    a cloud-hosted workspace. `describe` returns what admins may see of a secret, such as its expiry.
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
    """A button among the settings. `run` is the dotted path of a function that takes the current user."""

    id: str
    label: str | Promise
    help: str | Promise = ""
    section: str | Promise = ""
    requires: tuple[str, ...] = ()
    permission: str = ""
    run: str
    page: str = ""


class SettingsGroup(models.Model):
    """A group of settings, stored in a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    # What a group adds to its page: an icon for the sidebar, the dotted path of a function that takes the request and
    # returns the panel above the form, and buttons.
    icon: ClassVar[str] = "settings"
    # The kind of installation that has these settings.
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
        """Validate the values together before the fields named in `changed` are saved.

        Raises ValidationError by field name. Fields that were saved earlier and have become invalid, such as an expired
        certificate, must not prevent other settings from being saved.
        """

    def changes_accept(self, changed: Collection[str], actor: AbstractBaseUser | None) -> Collection[str]:
        """Apply the consequences of a change by `actor`, and return the names of additional fields to save."""
        return ()

    def notes(self) -> Mapping[str, str | Promise]:
        """Return notes to show next to settings, by field name, such as how many users a value affects."""
        return {}

    @classmethod
    def label(cls) -> str:
        """Return the display name of the group."""
        return str(cls._meta.verbose_name)

    @classmethod
    def slug(cls) -> str:
        """Return the name of the group in URLs, such as `push`."""
        return cls.__name__.removesuffix("Settings").lower()

    @classmethod
    def declared_fields(cls) -> Iterator[tuple[Setting, models.Field[Any, Any]]]:
        """Yield the declaration and model field of each setting, in the order of declaration."""
        for field in cls._meta.concrete_fields:
            if declaration := getattr(field, "declaration", None):
                yield declaration, field

    @classmethod
    def current(cls) -> Self:
        """Return the effective settings, at most :data:`CACHE_SECONDS` old. They must not be changed or saved."""
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
        """Return the saved settings, ignoring locks; the defaults if nothing was saved."""
        return row_of(cls).first() or cls()

    @staticmethod
    def forget_cached() -> None:
        """Make this process reload every group."""
        SettingsGroup._cache.clear()


@cache
def row_of(group: type[GroupT]) -> PreparedQuery[GroupT]:
    """Return the query for the row of a group, which each process makes once a second."""
    return PreparedQuery(lambda: group._default_manager.filter(pk=1))
