"""Declaring permissions: each once, with its words, the roles that have it by default, and the module that checks it.

A model lists its permissions in `Meta.permissions = declared(...)`. Clients know them by the same names with dashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# The names of the built-in roles, which are groups of django.contrib.auth.
ADMIN = "admin"
USER = "user"
# Accounts of programs, which are also users.
BOT = "bot"
# The roles that a member has in a single room. Their permissions apply in that room only, so no account is in these
# groups (workspace.selectors.room_roles).
OWNER = "owner"
MODERATOR = "moderator"
LEADER = "leader"
ROOM_ROLES = (OWNER, MODERATOR, LEADER)
BUILT_IN_ROLES = (ADMIN, USER, BOT, *ROOM_ROLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPermission:
    """One permission. `checked_in` is a module that asks for it by its full name, such as `push.view_statistics`."""

    codename: str
    words: str
    checked_in: str
    roles: tuple[str, ...]


DECLARED: dict[str, DeclaredPermission] = {}
# Permissions that Django creates for models, and that members with these roles have in their rooms by default.
OF_MODELS: dict[str, tuple[str, ...]] = {OWNER: ("delete_message",), MODERATOR: ("delete_message",)}


def permission(codename: str, words: str, *, checked_in: str, roles: tuple[str, ...] = (ADMIN,)) -> DeclaredPermission:
    """Declare a permission that these built-in roles have by default."""
    assert codename not in DECLARED, f"Two permissions are called {codename}."
    DECLARED[codename] = found = DeclaredPermission(codename=codename, words=words, checked_in=checked_in, roles=roles)
    return found


def declared(*permissions: DeclaredPermission) -> list[Any]:
    """Return the permissions as the model's `Meta.permissions` lists them."""
    return [(one.codename, one.words) for one in permissions]


def withheld_from_admins() -> list[str]:
    """Return the code names of the declared permissions that administrators do not have by default."""
    return [one.codename for one in DECLARED.values() if ADMIN not in one.roles]


def default_permissions_of(role: str) -> list[str]:
    """Return the code names of the permissions that a built-in role has by default, except those of administrators."""
    return [*OF_MODELS.get(role, ()), *(one.codename for one in DECLARED.values() if role in one.roles)]
