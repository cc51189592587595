"""Queries for roles, which are Django's groups, and for their members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group
from django.db.models import Prefetch, QuerySet

from workspace.errors import ApplicationError
from workspace.models import DeletedRole, Room, Subscription, User
from workspace.permissions import ADMIN, BUILT_IN_ROLES, LEADER, MODERATOR, OWNER, ROOM_ROLES

DESCRIPTIONS = {ADMIN: "Admin", OWNER: "Owner", MODERATOR: "Moderator", LEADER: "Leader"}


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role as clients know it. Public roles have a description, which clients show next to the member's name."""

    name: str
    description: str = ""
    requires_second_factor: bool = False

    @property
    def is_of_room(self) -> bool:
        return self.name in ROOM_ROLES

    @property
    def is_built_in(self) -> bool:
        return self.name in BUILT_IN_ROLES


def roles_listed() -> list[RoleView]:
    """Return all roles: those of accounts, ordered by name, and those of members in a room."""
    columns = ("name", "details__description", "details__requires_second_factor")
    rows = Group.objects.order_by("name").values_list(*columns)
    return sorted((role_view(*row) for row in rows), key=lambda role: role.is_of_room)


def role_view(name: str, description: str | None, requires_second_factor: bool | None) -> RoleView:
    """Return a role with its stored details, if it has some. Built-in roles have their own descriptions."""
    return RoleView(name, description or DESCRIPTIONS.get(name, ""), bool(requires_second_factor))


def role_of_group(role: Group) -> RoleView:
    """Return the role of a group."""
    return next(view for view in roles_listed() if view.name == role.name)


def roles_deleted(since: datetime) -> QuerySet[DeletedRole]:
    """Return the names of roles that were deleted after this time."""
    return DeletedRole.objects.filter(deleted_at__gt=since).order_by("name")


def users_in_public_roles() -> QuerySet[User]:
    """Return the accounts that have a public role, with their roles."""
    public = [role.name for role in roles_listed() if role.description and not role.is_of_room]
    return with_roles(User.objects.filter(groups__name__in=public).distinct().order_by("username"))


def users_in_role(name: str, *, room: Room | None = None) -> QuerySet[User]:
    """Return the accounts that have the role, in a room if one is given, ordered by username.

    Raises `error-invalid-roleId` for an unknown role.
    """
    if not Group.objects.filter(name=name).exists():
        raise ApplicationError("error-invalid-roleId", "This role does not exist")
    if name not in ROOM_ROLES:
        users = User.objects.filter(groups__name=name)
        return (users.filter(subscriptions__room=room) if room else users).order_by("username")
    rows = Subscription.objects.filter(**{f"is_{name}": True})
    members = (rows.filter(room=room) if room else rows).values("user")
    return User.objects.filter(pk__in=members).order_by("username")


def with_roles(users: QuerySet[User]) -> QuerySet[User]:
    """Return the accounts with their roles loaded, ordered by name."""
    return users.prefetch_related(Prefetch("groups", Group.objects.order_by("name")))
