"""How many clients are connected, and whether their presence is shown to others."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, endpoint
from workspace.selectors.presence import clients_connected

MANAGE_PRESENCE = "workspace.manage_user_status"


class ConnectionsResult(SuccessResult):
    """The number of connected clients."""

    current = serializers.IntegerField()
    max = serializers.IntegerField(help_text="Always 0: there is no limit.")


class PresenceConnectionsApi(Api):
    @endpoint(permission=MANAGE_PRESENCE, result=ConnectionsResult, summary="Number of connected clients")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"current": clients_connected().count(), "max": 0}


class EnableBroadcastApi(Api):
    @endpoint(
        permission=MANAGE_PRESENCE,
        summary="Show the presence of users to others",
        description="Changes nothing: presence is always shown, however many clients are connected.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {}
