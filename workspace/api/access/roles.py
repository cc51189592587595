"""Roles and their members."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, endpoint
from workspace.selectors.roles import RoleView, roles_listed, users_in_public_roles

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


def role_of(role: RoleView) -> dict[str, Any]:
    """Return the role as an API object."""
    return {
        "_id": role.name,
        "name": role.name,
        "scope": SCOPES[role.is_of_room],
        "description": role.description,
        "mandatory2fa": False,
        "protected": role.is_built_in,
    }
