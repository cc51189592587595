"""Calls of methods over HTTP: `method.call` for signed-in callers, `method.callAnon` for anyone."""

from __future__ import annotations

from typing import Any

from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, PublicApi, SuccessResult, endpoint
from workspace.api.methods.arguments import is_encodable
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.ejson import ejson_parse, ejson_text
from workspace.api.methods.errors import to_error
from workspace.api.methods.registry import call_method
from workspace.api.params import Params, TextParam
from workspace.api.throttling import Rate
from workspace.errors import ApplicationError
from workspace.models import User

INVALID_CALL = "Invalid method call"
# Each method has its own limit. This one is for calls of unknown methods.
CALLS_RATE = Rate(1200, 60_000)
MAX_NAME_LENGTH = 255
DESCRIPTION = (
    'The `message` is the text of the call as EJSON: `{"msg": "method", "id": "1", "method": "getRoomById", "params": '
    '["GENERAL"]}`. The response\'s `message` is the text of `{"msg": "result", "id": "1", "result": …}`, or with an '
    "`error` instead of the `result`. See docs/methods.md for all methods."
)


class MethodCallParams(Params):
    """The call."""

    message = TextParam(help_text="The call as EJSON.")


class MethodCallResult(SuccessResult):
    """The result."""

    message = serializers.CharField(help_text="The result or error as EJSON.")


class MethodCallApi(Api):
    rate = CALLS_RATE
    # Each method is checked.
    open_without_second_factor = True

    @endpoint(
        params=MethodCallParams, result=MethodCallResult, summary="Call a method as a user", description=DESCRIPTION
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"message": answer(request, params["message"])}


class MethodCallAnonApi(PublicApi):
    rate = CALLS_RATE

    @endpoint(
        params=MethodCallParams,
        result=MethodCallResult,
        summary="Call a method without signing in",
        description=f"{DESCRIPTION} Only a few methods can be called without signing in.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"message": answer(request, params["message"])}


def answer(request: Request, message: str) -> str:
    """Return the response to a method call, both as EJSON texts."""
    frame = frame_of(message)
    call = MethodCall(
        request=request._request,
        user=request.user if isinstance(request.user, User) else None,
        auth_token=request.auth if isinstance(request.auth, AuthToken) else None,
    )
    response = {"msg": "result"} | ({"id": frame["id"]} if "id" in frame else {})
    try:
        response["result"] = call_method(frame["method"], frame["params"], call)
    except Exception as error:
        response["error"] = to_error(error, method=frame["method"])
    return ejson_text(response)


def frame_of(message: str) -> dict[str, Any]:
    """Return the call in the message; raises the error that clients expect for a malformed one."""
    try:
        frame = ejson_parse(message)
    except ValueError as error:
        raise ApplicationError(INVALID_CALL, INVALID_CALL) from error
    if not (
        isinstance(frame, dict)
        and isinstance(frame.get("method"), str)
        and len(frame["method"]) <= MAX_NAME_LENGTH
        and is_encodable(frame["method"])
        and isinstance(frame.setdefault("params", []), list)
        and isinstance(frame.get("id", ""), str)
        and is_encodable(frame.get("id", ""))
        and frame.get("msg", "method") == "method"
    ):
        raise ApplicationError(INVALID_CALL, INVALID_CALL)
    return frame
