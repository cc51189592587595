"""Creating, deleting and assigning roles, and changing the roles that have a permission."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import DeletedRole, RoleDetails, User
from workspace.permissions import ADMIN, BUILT_IN_ROLES, ROOM_ROLES, withheld_from_admins
from workspace.selectors.accounts import roles_of
from workspace.selectors.permissions import CHANGE_ROLES, may_manage, permission_names, permissions_by_name
from workspace.selectors.sign_ins.requirements import roles_now
from workspace.services.accounts import roles_set


@transaction.atomic
def permissions_update(*, by: User, roles_by_permission: Mapping[str, Collection[str]]) -> None:
    """Replace the roles of the permissions, by the names that clients know; all or none.

    Several of these names may stand for the same permission of the roles here. Raises `error-invalid-permission`,
    `error-invalid-role`, and `error-action-not-allowed` if `by` may not give a permission or if administrators could
    no longer change roles.
    """
    names = permission_names()
    if roles_by_permission.keys() - names.keys():
        raise ApplicationError("error-invalid-permission", "Invalid permission")
    requested = {role for roles in roles_by_permission.values() for role in roles}
    groups = {group.name: group for group in Group.objects.filter(name__in=requested)}
    if requested - groups.keys():
        raise ApplicationError("error-invalid-role", "Invalid role")
    permissions = permissions_by_name({names[name] for name in roles_by_permission})
    for client_name, roles in roles_by_permission.items():
        full_name = names[client_name]
        if full_name == CHANGE_ROLES and ADMIN not in roles:
            raise ApplicationError("error-action-not-allowed", "Administrators must be able to change roles")
        permission_roles_set(by, permissions[full_name], full_name, [groups[role] for role in roles])


def permission_roles_set(by: User, permission: Permission, full_name: str, roles: Collection[Group]) -> None:
    """Replace the roles of a permission. Only users who have it can give roles one that is withheld from admins."""
    current = set(permission.group_set.all())
    added = set(roles) - current
    if added and permission.codename in withheld_from_admins() and not by.has_perm(full_name):
        raise ApplicationError("error-action-not-allowed", f"Only users who have the permission can give {full_name}")
    permission.group_set.set(roles)


@transaction.atomic
def role_create(*, name: str, description: str = "", requires_second_factor: bool = False) -> Group:
    """Create a role without permissions; raises the errors of `role_save`."""
    role = Group(name=name)
    role_save(role)
    RoleDetails.objects.create(role=role, description=description, requires_second_factor=requires_second_factor)
    roles_now.forget()
    return role


@transaction.atomic
def role_update(
    *,
    role_name: str,
    name: str | None = None,
    description: str | None = None,
    requires_second_factor: bool | None = None,
) -> Group:
    """Change the name or description of a role, or whether it requires a second factor.

    Raises `error-invalid-roleId` for an unknown role, `error-role-protected` for the name of a built-in one,
    `error-action-not-allowed` to require a second factor with a role of single rooms, and the errors of `role_save`.
    """
    role = role_find(role_name)
    if name is not None and name != role.name:
        if role.name in BUILT_IN_ROLES:
            raise ApplicationError("error-role-protected", "Role is protected")
        role.name = name
        role_save(role)
        deleted_role_remember(name=role_name)
    if description is not None:
        RoleDetails.objects.update_or_create(role=role, defaults={"description": description})
    if requires_second_factor is not None:
        second_factor_require(role=role, is_required=requires_second_factor)
    return role


@transaction.atomic
def second_factor_require(*, role: Group, is_required: bool) -> None:
    """Let a role require a second factor, or no longer. Other processes apply it within a second.

    Raises `error-action-not-allowed` for the roles of members in single rooms, which accounts do not have.
    """
    if is_required and role.name in ROOM_ROLES:
        raise ApplicationError("error-action-not-allowed", _("Members have this role in single rooms only."))
    RoleDetails.objects.update_or_create(role=role, defaults={"requires_second_factor": is_required})
    roles_now.forget()


def role_save(role: Group) -> None:
    """Save a role. Raises `error-duplicate-role-names-not-allowed` and `error-invalid-role-properties`."""
    if Group.objects.filter(name__iexact=role.name).exclude(pk=role.pk).exists():
        raise ApplicationError("error-duplicate-role-names-not-allowed", "Role name already exists")
    try:
        role.full_clean()
    except ValidationError as error:
        raise ApplicationError("error-invalid-role-properties", " ".join(error.messages)) from error
    role.save()


@transaction.atomic
def role_delete(*, name: str) -> None:
    """Delete a role that nobody has.

    Raises `error-invalid-roleId` for an unknown role, `error-role-protected` for a built-in one, `error-role-in-use`.
    """
    role = role_find(name)
    if role.name in BUILT_IN_ROLES:
        raise ApplicationError("error-role-protected", "Cannot delete a protected role")
    if User.objects.filter(groups=role).exists():
        raise ApplicationError("error-role-in-use", "Cannot delete role because it's in use")
    role.delete()


def deleted_role_remember(*, name: str) -> None:
    """Store the name of a deleted role, for clients that store the list of roles."""
    DeletedRole.objects.update_or_create(name=name, defaults={"deleted_at": timezone.now()})


def deleted_role_forget(*, name: str) -> None:
    """Forget that a role of this name was deleted, because there is one again."""
    DeletedRole.objects.filter(name=name).delete()


@transaction.atomic
def role_assign(*, by: User, user: User, name: str) -> Group:
    """Give the account a role. Raises MissingPermissionError, and `error-user-already-in-role`."""
    role = assignable_role(by, user, name)
    names = roles_of(user)
    if role.name in names:
        raise ApplicationError("error-user-already-in-role", "User already in role")
    roles_set(user=user, roles=[*names, role.name])
    return role


@transaction.atomic
def role_withdraw(*, by: User, user: User, name: str) -> Group:
    """Withdraw a role from the account.

    Raises MissingPermissionError, `error-user-not-in-role`, and `error-admin-required` for the last administrator.
    """
    role = assignable_role(by, user, name)
    names = roles_of(user)
    if role.name not in names:
        raise ApplicationError("error-user-not-in-role", "User is not in this role")
    try:
        roles_set(user=user, roles=set(names) - {role.name})
    except ApplicationError as error:
        raise ApplicationError("error-admin-required", "You need to have at least one admin") from error
    return role


def assignable_role(by: User, user: User, name: str) -> Group:
    """Return the role, which accounts can have; raises `error-invalid-roleId`, and MissingPermissionError."""
    role = role_find(name)
    if role.name in ROOM_ROLES:
        raise ApplicationError("error-invalid-roleId", _("Members have this role in single rooms only."))
    if not may_manage(by, user):
        raise MissingPermissionError()
    return role


def role_find(name: str) -> Group:
    """Return the role; raises `error-invalid-roleId` if there is none."""
    role = Group.objects.filter(name=name).first()
    if role is None:
        raise ApplicationError("error-invalid-roleId", "This role does not exist")
    return role
