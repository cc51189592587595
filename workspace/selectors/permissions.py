"""Queries for permissions of many accounts or roles at once."""

from __future__ import annotations

from collections.abc import Collection

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from workspace.errors import MissingPermissionError
from workspace.models import User
from workspace.permissions import USER

CREATE_ACCOUNTS = "workspace.add_user"
CHANGE_ACCOUNTS = "workspace.change_user"
DELETE_ACCOUNTS = "workspace.delete_user"
VIEW_ACCOUNTS = "workspace.view_user"
DELETE_MESSAGES = "workspace.delete_message"
VIEW_MEMBERSHIPS = "workspace.view_subscription"
# Users who may change roles can give themselves any role.
CHANGE_ROLES = "auth.change_group"
# Permissions that Django creates for every model and that clients ask for, by the names that clients know.
CLIENT_NAMES = {
    "create-user": CREATE_ACCOUNTS,
    "edit-other-user-info": CHANGE_ACCOUNTS,
    "edit-other-user-active-status": CHANGE_ACCOUNTS,
    "edit-other-user-password": CHANGE_ACCOUNTS,
    "view-full-other-user-info": VIEW_ACCOUNTS,
    "view-other-user-channels": VIEW_MEMBERSHIPS,
    "assign-admin-role": CHANGE_ROLES,
    "assign-roles": CHANGE_ROLES,
    "access-permissions": CHANGE_ROLES,
    "delete-user": DELETE_ACCOUNTS,
    "delete-message": DELETE_MESSAGES,
}


def users_with_permission(permission: str, *, users: Collection[int]) -> set[int]:
    """Return the keys of the accounts that have `permission` (such as `workspace.view_d_room`), like `has_perm`."""
    return set(holders_of(permission).filter(pk__in=users).values_list("pk", flat=True))


def holders_of(*permissions: str) -> QuerySet[User]:
    """Return the active accounts that have one of the permissions, like `has_perm`. An account may occur repeatedly."""
    wanted = Q()
    for permission in permissions:
        app_label, codename = permission.split(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    found = Permission.objects.filter(wanted)
    has_permission = Q(is_superuser=True) | Q(groups__permissions__in=found) | Q(user_permissions__in=found)
    return User.objects.filter(has_permission, is_active=True)


def may_manage(manager: User, user: User) -> bool:
    """Return True if the manager, who may change accounts, may change this one. It must not have more permissions."""
    if user.pk == manager.pk:
        return True
    if user.is_superuser:
        return manager.is_superuser
    if manager.has_perm(CHANGE_ROLES):
        return True
    return not user.is_staff and extra_permissions(user) <= manager.get_all_permissions()


def extra_permissions(user: User) -> set[str]:
    """Return the permissions of an account, even a deactivated one, beyond those of the role `user`."""
    permissions = Permission.objects.filter(Q(group__user=user) | Q(user=user)).exclude(group__name=USER)
    return {f"{app}.{codename}" for app, codename in permissions.values_list("content_type__app_label", "codename")}


def may_change(manager: User, user: User) -> bool:
    """Return True if the manager may change accounts, including this one."""
    return manager.has_perm(CHANGE_ACCOUNTS) and may_manage(manager, user)


def manage_check(*, manager: User, user: User) -> None:
    """Raise MissingPermissionError unless the manager may change accounts, including this one."""
    if not may_change(manager, user):
        raise MissingPermissionError()


def roles_by_permission() -> dict[str, list[str]]:
    """Return the roles that have each permission, by the name of the permission that clients know.

    Only those of :func:`permission_names`. The others that Django creates for every model are only used in the
    administration.
    """
    rows = Permission.objects.select_related("content_type").prefetch_related("group_set")
    roles = {
        f"{row.content_type.app_label}.{row.codename}": sorted(role.name for role in row.group_set.all())
        for row in rows
    }
    return {client_name: roles.get(name, []) for client_name, name in permission_names().items()}


def permission_names() -> dict[str, str]:
    """Return the full names of permissions by the names that clients know: those that an app declares, and some more.

    Several names of :data:`CLIENT_NAMES` may stand for the same permission.
    """
    declared = {
        codename.replace("_", "-"): f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename, _name in model._meta.permissions
    }
    return dict(sorted({**declared, **CLIENT_NAMES}.items()))


def client_names_of(names: Collection[str]) -> set[str]:
    """Return what clients call the permissions (such as `workspace.view_d_room`); some have no name, some several."""
    return {client_name for client_name, name in permission_names().items() if name in names}


def permissions_by_name(names: Collection[str]) -> dict[str, Permission]:
    """Return the permissions with these full names."""
    rows = Permission.objects.select_related("content_type").filter(
        content_type__app_label__in={name.split(".")[0] for name in names},
        codename__in={name.split(".")[1] for name in names},
    )
    by_name = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    return {name: by_name[name] for name in names}
