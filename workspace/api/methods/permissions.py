"""Methods for permissions and roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import updates
from workspace.api.methods.registry import method


@method("permissions/get", endpoint="GET permissions.listAll")
def permissions_get(call: MethodCall, updated_at: datetime | None = None) -> Any:
    """Return all permissions and their roles. With a date, `{"update": […], "remove": []}`."""
    return updates(call.endpoint("GET permissions.listAll", updatedSince=updated_at), updated_at)


@method("getUserRoles", endpoint="GET roles.getUsersInPublicRoles")
def get_user_roles(call: MethodCall) -> Any:
    """Return the users who have public roles, each with `roles`."""
    return call.endpoint("GET roles.getUsersInPublicRoles")["users"]
