"""The built-in roles."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from workspace.models.accounts import ADMIN, USER

USER_PERMISSIONS = (
    "create_c",
    "create_p",
    "create_d",
    "view_d_room",
    "view_c_room",
    "view_joined_room",
    "leave_c",
    "leave_p",
    "add_user_to_joined_room",
    "mention_all",
    "mention_here",
)


# Permissions that administrators do not have by default. Who may read people's messages is a separate decision.
NOT_GRANTED_TO_ADMINS = ("view_message_text",)


def roles_ensure(*, known: Collection[int] | None = None) -> None:
    """Create missing roles, and give existing ones the permissions that are new.

    `known` are the keys of the permissions before an upgrade; None means all. Existing roles keep what admins have
    changed: a known permission that was removed is not added again.
    """
    for name, granted in ((ADMIN, admin_permissions()), (USER, user_permissions())):
        role, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            role.permissions.set(granted)
        elif known is not None:
            role.permissions.add(*granted.exclude(pk__in=known))


def admin_permissions() -> QuerySet[Permission]:
    """Return the default permissions of administrators."""
    return Permission.objects.exclude(content_type__app_label="workspace", codename__in=NOT_GRANTED_TO_ADMINS)


def user_permissions() -> QuerySet[Permission]:
    """Return the default permissions of all users."""
    return Permission.objects.filter(content_type__app_label="workspace", codename__in=USER_PERMISSIONS)
