"""The roles that every workspace begins with."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

ADMIN = "admin"
USER = "user"

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


# What the role of administrators is not given by itself: who may read people's messages is a decision of its own.
WITHHELD = ("view_message_text",)


def roles_ensure(*, known: Collection[int] | None = None) -> None:
    """Make the roles that are missing, and give those that exist the permissions that are new.

    `known` are the keys of the permissions that there were before an upgrade, None for all that there are. Of these, a
    role that exists keeps what admins gave it: what they took from it is not given back.
    """
    for name, granted in ((ADMIN, admin_permissions()), (USER, user_permissions())):
        role, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            role.permissions.set(granted)
        elif known is not None:
            role.permissions.add(*granted.exclude(pk__in=known))


def admin_permissions() -> QuerySet[Permission]:
    """Return the permissions that administrators have to begin with."""
    return Permission.objects.exclude(content_type__app_label="workspace", codename__in=WITHHELD)


def user_permissions() -> QuerySet[Permission]:
    """Return the permissions that every user has to begin with."""
    return Permission.objects.filter(content_type__app_label="workspace", codename__in=USER_PERMISSIONS)
