"""The roles that every workspace begins with."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission

ADMIN = "admin"
USER = "user"

USER_PERMISSIONS = (
    "create_c",
    "create_p",
    "create_d",
    "view_d_room",
    "view_c_room",
    "add_user_to_joined_room",
    "mention_all",
    "mention_here",
)


def roles_ensure() -> None:
    """Make the roles that are missing; one that exists keeps the permissions that admins gave it."""
    admin, made = Group.objects.get_or_create(name=ADMIN)
    if made:
        admin.permissions.set(Permission.objects.all())
    user, made = Group.objects.get_or_create(name=USER)
    if made:
        user.permissions.set(
            Permission.objects.filter(content_type__app_label="workspace", codename__in=USER_PERMISSIONS)
        )
