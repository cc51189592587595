"""The built-in roles."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from workspace.permissions import ADMIN, BOT, ROOM_ROLES, USER, default_permissions_of, withheld_from_admins


def roles_ensure(*, known: Collection[int] | None = None) -> None:
    """Create missing roles, and give existing ones the permissions that are new.

    `known` are the keys of the permissions before an upgrade; None means all. Existing roles keep what admins have
    changed: a known permission that was removed is not added again.
    """
    granted_by_role = {
        ADMIN: admin_permissions(),
        **{name: role_permissions(name) for name in (USER, BOT, *ROOM_ROLES)},
    }
    for name, granted in granted_by_role.items():
        role, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            role.permissions.set(granted)
        elif known is not None:
            role.permissions.add(*granted.exclude(pk__in=known))


def admin_permissions() -> QuerySet[Permission]:
    """Return the default permissions of administrators: all that Django adds to models, and most that are declared."""
    return Permission.objects.exclude(codename__in=withheld_from_admins())


def role_permissions(role: str) -> QuerySet[Permission]:
    """Return the default permissions of all users, or of members with a role in a room."""
    return Permission.objects.filter(codename__in=default_permissions_of(role))
