"""Effective preferences: an account's own choice, or else the workspace's default."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import BooleanField, Field, Model
from django.utils.translation import gettext as _

from preferences.models import AccountPreferences, AccountsSettings, Level, RoomPreferences
from workspace.database.prepared import PreparedQuery
from workspace.models import User

# Columns of the account's preferences that have a default of the same name in the workspace's settings.
INHERITED = tuple(
    field.name
    for field in AccountPreferences._meta.concrete_fields
    if field.name in {field.name for _declaration, field in AccountsSettings.declared_fields()}
)
# Columns of room preferences, with the account's column from which each inherits.
FROM_ACCOUNT = {"desktop": "desktop", "push": "push", "email": "email", "sound": "new_message_sound"}


def account_choices(user: User) -> AccountPreferences:
    """Return the account's own choices; an unsaved row of empty fields if there are none."""
    return choice_rows.first(user.pk) or AccountPreferences(user=user)


choice_rows: PreparedQuery[AccountPreferences] = PreparedQuery(
    lambda *users: AccountPreferences.objects.filter(user__in=users), int
)


def choices_of_accounts(users: Collection[int]) -> dict[int, AccountPreferences]:
    """Return the own choices of these accounts (given by key); accounts without any are missing."""
    return {row.user_id: row for row in choice_rows.rows_of(users)}


def is_chosen(value: Any) -> bool:
    """Return True if a column's value is a choice, not inherited."""
    return value not in ("", None)


def effective_value(own: AccountPreferences, name: str) -> Any:
    """Return the effective value of a preference: the account's choice, or else the workspace's default."""
    value = getattr(own, name)
    return value if is_chosen(value) else getattr(AccountsSettings.current(), name)


def account_effective(chosen: AccountPreferences) -> dict[str, Any]:
    """Return the account's effective values by column name."""
    return {name: effective_value(chosen, name) for name in INHERITED}


def value_label(field: Field[Any, Any], value: Any) -> str:
    """Return the label of a column's value."""
    if isinstance(field, BooleanField):
        return _("On") if value else _("Off")
    return str(dict(field.flatchoices).get(value, value))


def column_of(model: type[Model], name: str) -> Field[Any, Any]:
    """Return the model's field with this name."""
    return next(field for field in model._meta.concrete_fields if field.name == name)


def default_label(name: str, value: Any, *, model: type[AccountPreferences | RoomPreferences]) -> str:
    """Return the label of the default choice with the inherited value, such as "Default (Mentions)"."""
    return _("Default (%(value)s)") % {"value": value_label(column_of(model, name), value)}


def room_inherits(effective: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a room without custom settings inherits, by column name."""
    return {
        **{room: effective[account] for room, account in FROM_ACCOUNT.items()},
        "audio": Level.ALL,
        "unread_alert": Level.ALL if effective["unread_alert"] else Level.NOTHING,
        "desktop_duration": 0,
    }
