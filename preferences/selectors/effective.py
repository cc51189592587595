"""What holds for an account: what it chose, else the workspace's default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Field, Model
from django.utils.translation import gettext as _

from preferences.models import AccountPreferences, AccountsSettings, Level, RoomPreferences
from workspace.models import User

# Each column of the account's choices has its default under the same name among the workspace's settings.
INHERITED = tuple(
    field.name
    for field in AccountPreferences._meta.concrete_fields
    if field.name in {field.name for _declaration, field in AccountsSettings.declared_fields()}
)
# What a room inherits from the account, by the room's column.
FROM_ACCOUNT = {"desktop": "desktop", "push": "push", "email": "email", "sound": "new_message_sound"}


def account_chosen(user: User) -> AccountPreferences:
    """Return what the account chose; a row of empty fields where it chose nothing."""
    return AccountPreferences.objects.filter(user=user).first() or AccountPreferences(user=user)


def is_chosen(value: Any) -> bool:
    """Return whether a column's value is a choice, and not left to the level below."""
    return value not in ("", None)


def in_force(own: AccountPreferences, name: str) -> Any:
    """Return the value in force of one preference: the account's own, else the workspace's."""
    value = getattr(own, name)
    return value if is_chosen(value) else getattr(AccountsSettings.current(), name)


def account_effective(chosen: AccountPreferences) -> dict[str, Any]:
    """Return what is in force for an account, by the names of its columns."""
    return {name: in_force(chosen, name) for name in INHERITED}


def value_shown(field: Field[Any, Any], value: Any) -> str:
    """Return a column's value as people read it."""
    if isinstance(field, BooleanField):
        return _("On") if value else _("Off")
    return str(dict(field.flatchoices).get(value, value))


def column_of(model: type[Model], name: str) -> Field[Any, Any]:
    """Return the model's column of this name."""
    return next(field for field in model._meta.concrete_fields if field.name == name)


def default_shown(name: str, value: Any, *, model: type[AccountPreferences | RoomPreferences]) -> str:
    """Return the choice of what a column inherits, with the inherited value written out: "Default (Mentions)"."""
    return _("Default (%(value)s)") % {"value": value_shown(column_of(model, name), value)}


def room_inherits(effective: Mapping[str, Any]) -> dict[str, Any]:
    """Return what holds in a room without choices of its own, by the names of the room's columns."""
    return {
        **{room: effective[account] for room, account in FROM_ACCOUNT.items()},
        "audio": Level.ALL,
        "unread_alert": Level.ALL if effective["unread_alert"] else Level.NOTHING,
        "desktop_duration": 0,
    }
