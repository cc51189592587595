"""The permissions of roles."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, endpoint
from workspace.api.objects import Timestamp
from workspace.api.params import Params, TimestampParam
from workspace.selectors.permissions import roles_by_permission


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


class PermissionsListAllApi(Api):
    @endpoint(
        params=PermissionsParams,
        result=PermissionsResult,
        summary="Permissions and their roles",
        description="A user has the permissions of their roles. `_updatedAt` is the time of the response.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        now = timezone.now()
        permissions = [
            {"_id": name, "roles": roles, "_updatedAt": now} for name, roles in roles_by_permission().items()
        ]
        return {"update": permissions, "remove": []}
