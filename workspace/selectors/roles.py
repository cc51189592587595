"""Queries for roles, which are Django's groups, and for their members."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db.models import Prefetch, QuerySet

from workspace.errors import ApplicationError
from workspace.models import User
from workspace.permissions import ADMIN, BUILT_IN_ROLES, LEADER, MODERATOR, OWNER, ROOM_ROLES

DESCRIPTIONS = {ADMIN: "Admin", OWNER: "Owner", MODERATOR: "Moderator", LEADER: "Leader"}


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role as clients know it. Public roles have a description, which clients show next to the member's name."""

    name: str

    @property
    def is_of_room(self) -> bool:
        return self.name in ROOM_ROLES

    @property
    def description(self) -> str:
        return DESCRIPTIONS.get(self.name, "")

    @property
    def is_built_in(self) -> bool:
        return self.name in BUILT_IN_ROLES


def roles_listed() -> list[RoleView]:
    """Return all roles: those of accounts, ordered by name, and those of members in a room."""
    roles = [RoleView(name) for name in Group.objects.order_by("name").values_list("name", flat=True)]
    return sorted(roles, key=lambda role: role.is_of_room)


def users_in_public_roles() -> QuerySet[User]:
    """Return the accounts that have a public role, with their roles."""
    public = [role.name for role in roles_listed() if role.description and not role.is_of_room]
    return with_roles(User.objects.filter(groups__name__in=public).distinct().order_by("username"))


def users_in_role(name: str) -> QuerySet[User]:
    """Return the accounts that have the role, ordered by username; raises `error-invalid-roleId` for an unknown one."""
    if not Group.objects.filter(name=name).exists():
        raise ApplicationError("error-invalid-roleId")
    return User.objects.filter(groups__name=name).order_by("username")


def with_roles(users: QuerySet[User]) -> QuerySet[User]:
    """Return the accounts with their roles loaded, ordered by name."""
    return users.prefetch_related(Prefetch("groups", Group.objects.order_by("name")))
