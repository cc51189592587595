"""Information about the server."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from workspace.api.authentication import TokenHeaderAuthentication
from workspace.api.base import PublicApi, Result, SuccessResult, endpoint

# The Rocket.Chat release that this API corresponds to. Clients decide by it which endpoints to call.
COMPATIBLE_VERSION = "8.7.0"


class ServerObject(Result):
    """Server information for signed-in users."""

    version = serializers.CharField()


class InfoResult(SuccessResult):
    """The server's version."""

    version = serializers.CharField()
    info = ServerObject(required=False)


class InfoApi(PublicApi):
    @endpoint(
        result=InfoResult,
        summary="The server's version",
        description="The only endpoint outside of `/api/v1/`. The patch version and `info` are returned to signed-in "
        "callers only; an expired sign-in is ignored.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if is_signed_in(request):
            return {"version": COMPATIBLE_VERSION, "info": {"version": COMPATIBLE_VERSION}}
        return {"version": COMPATIBLE_VERSION.rpartition(".")[0], "info": None}


def is_signed_in(request: Request) -> bool:
    """Return True if the request has a valid sign-in."""
    try:
        return TokenHeaderAuthentication().authenticate(request) is not None
    except AuthenticationFailed:
        return False
