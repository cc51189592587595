"""The permissions of roles."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.objects import Timestamp
from workspace.api.params import ListParam, Params, TextParam, TimestampParam
from workspace.selectors.permissions import CHANGE_ROLES, roles_by_permission
from workspace.services.people.roles import permissions_update

MAX_PERMISSIONS, MAX_ROLES = 1000, 100


class PermissionsParams(Params):
    """`updatedSince` is accepted and ignored."""

    updatedSince = TimestampParam(required=False, help_text="Ignored: all permissions are always returned.")


class PermissionObject(Result):
    """A permission, and the roles that have it."""

    _id = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    _updatedAt = Timestamp()


class PermissionsResult(SuccessResult):
    """All permissions; none is ever removed."""

    update = PermissionObject(many=True)  # type: ignore[assignment]
    remove = PermissionObject(many=True)


class AllPermissionsResult(SuccessResult):
    """All permissions."""

    permissions = PermissionObject(many=True)


class PermissionsListAllApi(Api):
    @endpoint(
        params=PermissionsParams,
        result=PermissionsResult,
        summary="Permissions and their roles",
        description="A user has the permissions of their roles. `_updatedAt` is the time of the response.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"update": permissions_now(), "remove": []}


class PermissionsListApi(Api):
    @endpoint(
        result=AllPermissionsResult, summary="Permissions and their roles, for old clients", description="As an array."
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"permissions": permissions_now()}


class PermissionRolesParams(Params):
    """A permission, and the roles that shall have it."""

    _id = TextParam(max_length=255)
    roles = ListParam(child=TextParam(max_length=150), max_length=MAX_ROLES)

    def validate_roles(self, roles: list[str]) -> list[str]:
        """Reject a role that is listed twice."""
        if len(set(roles)) < len(roles):
            raise InvalidParamsError(["must NOT have duplicate items"])
        return roles


class PermissionsUpdateParams(Params):
    """The permissions to change, all or none."""

    permissions = ListParam(child=PermissionRolesParams(), max_length=MAX_PERMISSIONS)


class PermissionsUpdateApi(Api):
    @endpoint(
        permission=CHANGE_ROLES,
        params=PermissionsUpdateParams,
        result=AllPermissionsResult,
        summary="Change the roles that have permissions",
        description="Replaces the roles of each given permission, all or none. Requires `access-permissions`. Some "
        "names stand for the same permission of the roles, such as `edit-other-user-info` and "
        "`edit-other-user-password`. Only users who have a permission that administrators do not have by default can "
        "give it to a role.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        roles = {item["_id"]: item["roles"] for item in params["permissions"]}
        if len(roles) < len(params["permissions"]):
            raise InvalidParamsError(["must NOT have duplicate items"])
        permissions_update(by=caller_of(request), roles_by_permission=roles)
        return {"permissions": permissions_now()}


def permissions_now() -> list[dict[str, Any]]:
    """Return all permissions as API objects."""
    now = timezone.now()
    return [{"_id": name, "roles": roles, "_updatedAt": now} for name, roles in roles_by_permission().items()]
