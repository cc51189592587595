"""Which fields users may change in their own accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from workspace.errors import ApplicationError
from workspace.models import SignInSettings, User
from workspace.selectors.presence import presence_of

# The settings that allow each change, with the words of the error.
ALLOWED_BY = {
    "username": ("username_change", "Edit username is not allowed"),
    "name": ("name_change", "Edit user real name is not allowed"),
    "email": ("email_change", "Edit user email is not allowed"),
    "password": ("password_change", "Edit user password is not allowed"),
    "status_text": ("status_change", "Edit user status is not allowed"),
}


def changed_fields(user: User, changes: Mapping[str, Any]) -> set[str]:
    """Return those fields in the changes that would change; clients also send unchanged values."""
    first = user.emails.first()
    current = {
        "username": user.username,
        "name": user.name,
        "email": first.address if first else "",
        "status_text": presence_of(user).status_text,
    }
    return {name for name, value in changes.items() if name not in current or value != current[name]}


def own_changes_check(fields: Collection[str]) -> None:
    """Raise `error-action-not-allowed` if users may not change one of these fields of their own accounts."""
    rules = SignInSettings.current()
    for name in fields:
        setting, message = ALLOWED_BY.get(name, ("profile_change", "Edit user profile is not allowed"))
        if not getattr(rules, setting):
            raise action_refused("Update_user", message)


def action_refused(action: str, message: str) -> ApplicationError:
    """Return the error for an action that the caller may not perform."""
    details = {"method": "insertOrUpdateUser", "action": action}
    return ApplicationError("error-action-not-allowed", message, details=details)
