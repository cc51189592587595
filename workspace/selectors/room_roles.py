"""The roles of members in single rooms, and what these permit."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from workspace.models import Room, Subscription, User
from workspace.selectors.rooms import subscription_of


def may_in_room(*, user: User, room: Room, permission: str, subscription: Subscription | None = None) -> bool:
    """Return True if the user has the permission everywhere, or through a role in this room.

    `permission` has a full name such as `workspace.edit_room`. Passing the user's `subscription` saves a query.
    """
    if user.has_perm(permission):
        return True
    member = subscription or subscription_of(user=user, room=room)
    return member is not None and user.is_active and roles_permit(member.roles, permission)


def roles_permit(roles: Collection[str], permission: str) -> bool:
    """Return True if one of these roles in a room has the permission."""
    app_label, codename = permission.split(".")
    permissions = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    return bool(roles) and permissions.filter(group__name__in=roles).exists()


def members_with_roles(room: Room) -> QuerySet[Subscription]:
    """Return the memberships of the room's owners, moderators and leaders, by username."""
    has_role = Q(is_owner=True) | Q(is_moderator=True) | Q(is_leader=True)
    return Subscription.objects.filter(has_role, room=room).select_related("user").order_by("user__username")
