"""Signing in and out, and who is signed in."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, PublicApi, Result, SuccessResult, caller_of, endpoint, session_of
from workspace.api.objects import MeObject, me_of
from workspace.api.params import Params, TextParam
from workspace.api.parsers import FormParser, JsonParser
from workspace.services.sign_in import credentials_check, sign_in, sign_in_resume, sign_out


class LoginParams(Params):
    """A username or e-mail address with its password, or the token of an earlier sign-in."""

    any_of = ("user", "username", "resume")

    user = TextParam(required=False, max_length=255)
    username = TextParam(required=False, max_length=255)
    password = TextParam(required=False)
    resume = TextParam(required=False, max_length=255)


class SignedInObject(Result):
    """A sign-in."""

    authToken = serializers.CharField()
    userId = serializers.CharField()
    me = MeObject()


class LoginResult(Result):
    """The answer to a sign-in, in an envelope of its own."""

    status = serializers.CharField()
    data = SignedInObject()  # type: ignore[assignment]


class LoginApi(PublicApi):
    parser_classes = [JsonParser, FormParser]

    @endpoint(
        params=LoginParams,
        result=LoginResult,
        summary="Sign in",
        description="With `user` (or `username`) and `password`, or with an earlier token as `resume`. "
        "Every further request carries the token as `X-Auth-Token` and the user's id as `X-User-Id`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if "resume" in params:
            token = params["resume"]
            user = sign_in_resume(token=token)
        else:
            name = params.get("user") or params["username"]
            user = credentials_check(request=request._request, name=name, password=params.get("password", ""))
            token = sign_in(user=user)
        data = {"authToken": token, "userId": user.public_id, "me": me_of(user)}
        return {"status": "success", "data": data}


class SignedOutObject(Result):
    """What is said at the end."""

    message = serializers.CharField()


class LogoutResult(Result):
    """The answer to signing out, in an envelope of its own."""

    status = serializers.CharField()
    data = SignedOutObject()  # type: ignore[assignment]


class LogoutApi(Api):
    @endpoint(
        result=LogoutResult,
        summary="Sign out",
        description="Ends the token, and removes the devices that were registered with it.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        sign_out(auth_token=session_of(request))
        return {"status": "success", "data": {"message": "You've been logged out!"}}


class MeResult(MeObject, SuccessResult):
    """The account that is signed in."""


class MeApi(Api):
    @endpoint(result=MeResult, summary="Who is signed in")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return me_of(caller_of(request))
