"""Roles and their members."""

from __future__ import annotations

from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.paging import PageResult, PagingParams, page_of
from workspace.api.params import ChoiceParam, FlagParam, Params, TextParam, TimestampParam
from workspace.api.users.objects import UserObject, users_of
from workspace.api.users.targets import UserParams, user_from
from workspace.errors import ApplicationError, NotAllowedError
from workspace.selectors.permissions import CHANGE_ROLES, VIEW_MEMBERSHIPS
from workspace.selectors.roles import (
    RoleView,
    role_of_group,
    roles_deleted,
    roles_listed,
    users_in_public_roles,
    users_in_role,
)
from workspace.selectors.rooms import room_by_id_or_name
from workspace.services.people.roles import role_assign, role_create, role_delete, role_update, role_withdraw

MANDATORY = "Whether users with this role must have a second factor."
SCOPES = {False: "Users", True: "Subscriptions"}


class RoleObject(Result):
    """A role. Those with the scope `Subscriptions` are roles of members in a single room."""

    _id = serializers.CharField()
    name = serializers.CharField()
    scope = serializers.ChoiceField(choices=list(SCOPES.values()))
    description = serializers.CharField(allow_blank=True)
    mandatory2fa = serializers.BooleanField()
    protected = serializers.BooleanField(help_text="True for built-in roles, which cannot be deleted.")


class RolesResult(SuccessResult):
    """All roles."""

    roles = RoleObject(many=True)


class RolesListApi(Api):
    @endpoint(result=RolesResult, summary="All roles")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"roles": [role_of(role) for role in roles_listed()]}


class MemberWithRolesObject(Result):
    """An account with a public role."""

    _id = serializers.CharField()
    username = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class UsersInPublicRolesResult(SuccessResult):
    """The accounts that have a public role."""

    users = MemberWithRolesObject(many=True)


class UsersInPublicRolesApi(Api):
    @endpoint(
        result=UsersInPublicRolesResult,
        summary="Accounts with a public role",
        description="Public roles have a description, which clients show next to the names of their members.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        users = users_in_public_roles()
        return {
            "users": [
                {"_id": user.public_id, "username": user.username, "roles": [role.name for role in user.groups.all()]}
                for user in users
            ]
        }


class RolesSyncParams(Params):
    """The time since which roles have changed."""

    updatedSince = TimestampParam(required=False)


class RoleChangesObject(Result):
    """Roles that exist, and names of roles that were deleted."""

    update = RoleObject(many=True)  # type: ignore[assignment]
    remove = serializers.ListField(child=serializers.DictField())


class RolesSyncResult(SuccessResult):
    """The changes of roles."""

    roles = RoleChangesObject()


class RolesSyncApi(Api):
    @endpoint(
        params=RolesSyncParams,
        result=RolesSyncResult,
        summary="Changes of roles",
        description="With `updatedSince`: all roles, and those deleted since then. Without it, both lists are empty.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        since = params.get("updatedSince")
        if since is None:
            return {"roles": {"update": [], "remove": []}}
        removed = [{"_id": role.name, "name": role.name} for role in roles_deleted(since)]
        return {"roles": {"update": [role_of(role) for role in roles_listed()], "remove": removed}}


class UsersInRoleParams(PagingParams):
    """The role, and a room for the roles of its members."""

    missing_errors = {"role": ApplicationError("error-param-not-provided", 'Query param "role" is required')}

    role = TextParam(max_length=150)
    roomId = TextParam(required=False)


class UsersInRolePage(PageResult):
    """A page of accounts."""

    users = UserObject(many=True)


class UsersInRoleApi(Api):
    @endpoint(
        permission=CHANGE_ROLES,
        params=UsersInRoleParams,
        result=UsersInRolePage,
        summary="Accounts that have a role",
        description="Requires `access-permissions`, and with `roomId` also `view-other-user-channels`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller, room = caller_of(request), None
        if "roomId" in params:
            if not caller.has_perm(VIEW_MEMBERSHIPS):
                raise NotAllowedError()
            room = room_by_id_or_name(public_id=params["roomId"])
        users = users_in_role(params["role"], room=room)
        return page_of(users, params, name="users", represent=partial(users_of, reader=caller))


class RoleResult(SuccessResult):
    """A role."""

    role = RoleObject()


class RoleCreateApi(Api):
    class CreateParams(Params):
        """The role to create."""

        name = TextParam(max_length=150)
        description = TextParam(required=False, allow_blank=True, max_length=255)
        scope = ChoiceParam(choices=list(SCOPES.values()), required=False, help_text="Always `Users`.")
        mandatory2fa = FlagParam(required=False, help_text=MANDATORY)

    @endpoint(
        permission=CHANGE_ROLES,
        params=CreateParams,
        result=RoleResult,
        summary="Create a role",
        description="The role has no permissions yet. Requires `access-permissions`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        role = role_create(
            name=params["name"],
            description=params.get("description", ""),
            requires_second_factor=params.get("mandatory2fa", False),
        )
        return {"role": role_of(role_of_group(role))}


class RoleIdParams(Params):
    """A role."""

    roleId = TextParam(max_length=150)


class RoleUpdateApi(Api):
    class UpdateParams(RoleIdParams):
        """The role, and its changes."""

        name = TextParam(required=False, max_length=150)
        description = TextParam(required=False, allow_blank=True, max_length=255)
        scope = ChoiceParam(choices=list(SCOPES.values()), required=False, help_text="Does not change.")
        mandatory2fa = FlagParam(required=False, help_text=MANDATORY)

    @endpoint(
        permission=CHANGE_ROLES,
        params=UpdateParams,
        result=RoleResult,
        summary="Change a role",
        description="The id of a role is its name, so it changes too. Built-in roles keep their names. Requires "
        "`access-permissions`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        role = role_update(
            role_name=params["roleId"],
            name=params.get("name"),
            description=params.get("description"),
            requires_second_factor=params.get("mandatory2fa"),
        )
        return {"role": role_of(role_of_group(role))}


class RoleDeleteApi(Api):
    @endpoint(
        permission=CHANGE_ROLES,
        params=RoleIdParams,
        summary="Delete a role",
        description="Built-in roles and those that somebody has cannot be deleted. Requires `access-permissions`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        role_delete(name=params["roleId"])
        return {}


class RoleMemberParams(UserParams, RoleIdParams):
    """An account, and the role to give to it or to withdraw from it."""

    roomId = TextParam(required=False, help_text="For the roles of a room, use `channels.addOwner` and its like.")


class AddUserToRoleApi(Api):
    @endpoint(
        permission=CHANGE_ROLES,
        params=RoleMemberParams,
        result=RoleResult,
        summary="Give an account a role",
        description="Requires `access-permissions`. Accounts with more permissions than the caller are refused.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        role = role_assign(by=caller_of(request), user=user_from(params), name=params["roleId"])
        return {"role": role_of(role_of_group(role))}


class RemoveUserFromRoleApi(Api):
    @endpoint(
        permission=CHANGE_ROLES,
        params=RoleMemberParams,
        result=RoleResult,
        summary="Withdraw a role from an account",
        description="Requires `access-permissions`. Accounts with more permissions than the caller are refused.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        role = role_withdraw(by=caller_of(request), user=user_from(params), name=params["roleId"])
        return {"role": role_of(role_of_group(role))}


def role_of(role: RoleView) -> dict[str, Any]:
    """Return the role as an API object."""
    return {
        "_id": role.name,
        "name": role.name,
        "scope": SCOPES[role.is_of_room],
        "description": role.description,
        "mandatory2fa": role.requires_second_factor,
        "protected": role.is_built_in,
    }
