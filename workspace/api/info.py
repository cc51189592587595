"""What the server says of itself."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from workspace.api.authentication import TokenHeaderAuthentication
from workspace.api.base import PublicApi, Result, SuccessResult, endpoint

# The release of the chat server whose interface this is: clients choose by it which endpoints to call, and how.
COMPATIBLE_VERSION = "8.7.0"


class ServerObject(Result):
    """The server, told to whoever is signed in."""

    version = serializers.CharField()


class InfoResult(SuccessResult):
    """The server's version."""

    version = serializers.CharField()
    info = ServerObject(required=False)


class InfoApi(PublicApi):
    @endpoint(
        result=InfoResult,
        summary="The server's version",
        description="The only endpoint outside of `/api/v1/`. The patch version and `info` are for callers who are "
        "signed in; an expired sign-in counts as none.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if is_signed_in(request):
            return {"version": COMPATIBLE_VERSION, "info": {"version": COMPATIBLE_VERSION}}
        return {"version": COMPATIBLE_VERSION.rpartition(".")[0], "info": None}


def is_signed_in(request: Request) -> bool:
    """Return whether the request carries a sign-in that holds."""
    try:
        return TokenHeaderAuthentication().authenticate(request) is not None
    except AuthenticationFailed:
        return False
