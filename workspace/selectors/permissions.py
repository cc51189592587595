"""Reading who may do what, for many accounts and permissions at once."""

from __future__ import annotations

from collections.abc import Collection

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import Q

from workspace.errors import MissingPermissionError
from workspace.models import User
from workspace.services.roles import USER

CREATE_ACCOUNTS = "workspace.add_user"
CHANGE_ACCOUNTS = "workspace.change_user"
VIEW_ACCOUNTS = "workspace.view_user"
VIEW_MEMBERSHIPS = "workspace.view_subscription"
# Whoever may change roles can give themselves any.
CHANGE_ROLES = "auth.change_group"
# Of what Django adds to every model: what clients ask about, by the names that they know.
CLIENT_NAMES = {
    "create-user": CREATE_ACCOUNTS,
    "edit-other-user-info": CHANGE_ACCOUNTS,
    "edit-other-user-active-status": CHANGE_ACCOUNTS,
    "edit-other-user-password": CHANGE_ACCOUNTS,
    "view-full-other-user-info": VIEW_ACCOUNTS,
    "view-other-user-channels": VIEW_MEMBERSHIPS,
    "assign-admin-role": CHANGE_ROLES,
    "assign-roles": CHANGE_ROLES,
}


def users_with_permission(permission: str, *, users: Collection[int]) -> set[int]:
    """Return the keys of those accounts who hold `permission` (such as `workspace.view_d_room`), as `has_perm` does."""
    app_label, codename = permission.split(".")
    held = Permission.objects.filter(content_type__app_label=app_label, codename=codename)
    holds = Q(is_superuser=True) | Q(groups__permissions__in=held) | Q(user_permissions__in=held)
    return set(User.objects.filter(holds, pk__in=users, is_active=True).values_list("pk", flat=True))


def may_manage(manager: User, user: User) -> bool:
    """Return whether the manager, who may change accounts, may change this one: nobody may change one mightier."""
    if user.pk == manager.pk:
        return True
    if user.is_superuser:
        return manager.is_superuser
    if manager.has_perm(CHANGE_ROLES):
        return True
    return not user.is_staff and extra_permissions(user) <= manager.get_all_permissions()


def extra_permissions(user: User) -> set[str]:
    """Return what the account holds, even while it is deactivated, beyond what every member does."""
    held = Permission.objects.filter(Q(group__user=user) | Q(user=user)).exclude(group__name=USER)
    return {f"{app}.{codename}" for app, codename in held.values_list("content_type__app_label", "codename")}


def may_change(manager: User, user: User) -> bool:
    """Return whether the manager may change accounts, and this one among them."""
    return manager.has_perm(CHANGE_ACCOUNTS) and may_manage(manager, user)


def manage_check(*, manager: User, user: User) -> None:
    """Raise MissingPermissionError unless the manager may change accounts, and this one among them."""
    if not may_change(manager, user):
        raise MissingPermissionError()


def roles_by_permission() -> dict[str, list[str]]:
    """Return the names of the roles that hold each permission, by the name that clients know it by.

    Only those that an app declares by itself, and those of :data:`CLIENT_NAMES`: what else Django adds to every model
    concerns the administration alone.
    """
    declared = {
        codename.replace("_", "-"): f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename, _name in model._meta.permissions
    }
    rows = Permission.objects.select_related("content_type").prefetch_related("group_set")
    roles = {
        f"{row.content_type.app_label}.{row.codename}": sorted(role.name for role in row.group_set.all())
        for row in rows
    }
    return {known: roles.get(name, []) for known, name in sorted({**declared, **CLIENT_NAMES}.items())}
