"""Signing in and out, and the current user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, PublicApi, Result, SuccessResult, caller_of, endpoint, session_of
from workspace.api.errors import InvalidParamsError
from workspace.api.objects import MeObject, me_of
from workspace.api.params import Params, TextParam
from workspace.api.parsers import FormParser, JsonParser
from workspace.models import User
from workspace.security.password_hashers import PasswordDigest
from workspace.services.sign_in import credentials_check, sign_in, sign_in_resume, sign_out

NAME = {"type": "string", "maxLength": 255}
NAMED = {"type": "object", "properties": {"username": NAME, "email": NAME}}
DIGEST = {
    "type": "object",
    "properties": {
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "algorithm": {"type": "string", "enum": ["sha-256"]},
    },
    "required": ["digest", "algorithm"],
}
HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


@extend_schema_field({"oneOf": [NAME, NAMED]})
class NameParam(TextParam):
    """A username or e-mail address, as a string or in an object that says which."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, Mapping):
            data = data.get("username") or data.get("email")
        return super().to_internal_value(data)


@extend_schema_field({"oneOf": [{"type": "string"}, DIGEST]})
class PasswordParam(TextParam):
    """A password, or an object with its SHA-256 digest."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        digest = data.get("digest")
        if data.get("algorithm") != "sha-256" or not isinstance(digest, str) or not HEXADECIMAL.fullmatch(digest):
            raise InvalidParamsError(["password must have the property 'digest': the SHA-256 digest in hexadecimal"])
        return PasswordDigest(digest)


class TotpParams(Params):
    """A sign-in with the code of a second factor, in the form of the realtime API."""

    code = TextParam(max_length=64)
    login = serializers.DictField(help_text="The other parameters.")


class LoginParams(Params):
    """A username or e-mail address with its password, or the token of an earlier sign-in."""

    any_of = ("user", "username", "resume")

    user = NameParam(required=False, max_length=255)
    username = TextParam(required=False, max_length=255)
    password = PasswordParam(required=False)
    resume = TextParam(required=False, max_length=255)
    code = TextParam(
        required=False, allow_blank=True, allow_null=True, max_length=64, help_text="The code of a second factor."
    )
    totp = TotpParams(required=False)
    ldap = serializers.BooleanField(
        required=False, help_text="True in sign-ins for a directory, whose password is `ldapPass`."
    )
    ldapPass = TextParam(required=False)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping) and data.get("totp") is not None:
            totp = TotpParams.read(data["totp"])
            data = {**totp["login"], "code": totp["code"]}
        if isinstance(data, Mapping) and data.get("ldap") is True:
            data = {**data, "password": data.get("ldapPass", "")}
        return super().to_internal_value(data)


def params_sign_in(*, request: HttpRequest, params: Mapping[str, Any], code: str = "") -> tuple[User, str]:
    """Sign in with validated parameters of `login`, and return the account and its token.

    The REST and realtime APIs share this function. `code` is used if the parameters have none. Raises SignInError.
    """
    if "resume" in params:
        return sign_in_resume(token=params["resume"]), params["resume"]
    user = credentials_check(
        request=request,
        name=params.get("user") or params["username"],
        password=params.get("password", ""),
        code=params.get("code") or code,
    )
    return user, sign_in(user=user, request=request)


class SignedInObject(Result):
    """The result of a sign-in."""

    authToken = serializers.CharField()
    userId = serializers.CharField()
    me = MeObject()


class LoginResult(Result):
    """The response to a sign-in, which has its own envelope."""

    status = serializers.ChoiceField(choices=["success"])
    data = SignedInObject()  # type: ignore[assignment]


class LoginApi(PublicApi):
    parser_classes = [JsonParser, FormParser]

    @endpoint(
        params=LoginParams,
        result=LoginResult,
        summary="Sign in",
        description="With `user` (or `username`) and `password`, or with an earlier token as `resume`. `user` may be "
        "an object with `username` or `email`; `password` may be an object with the SHA-256 `digest` and "
        "the `algorithm` `sha-256`. If the password was set in version 0.1.0, its digest is accepted "
        "after the first sign-in with the password itself. If the account has a second factor, a sign-in "
        "without `code` (or the header `x-2fa-code`) fails with `totp-required`, and one with a wrong "
        "code with `totp-invalid`. Other requests send the token as "
        "`X-Auth-Token` and the user's id as `X-User-Id`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        code = request.headers.get("x-2fa-code", "")
        user, token = params_sign_in(request=request._request, params=params, code=code)
        data = {"authToken": token, "userId": user.public_id, "me": me_of(user)}
        return {"status": "success", "data": data}


class SignedOutObject(Result):
    """A confirmation."""

    message = serializers.CharField()


class LogoutResult(Result):
    """The response to a sign-out, which has its own envelope."""

    status = serializers.ChoiceField(choices=["success"])
    data = SignedOutObject()  # type: ignore[assignment]


class LogoutApi(Api):
    open_without_second_factor = True

    @endpoint(
        result=LogoutResult,
        summary="Sign out",
        description="Deletes the token, and the devices that were registered with it.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        sign_out(auth_token=session_of(request))
        return {"status": "success", "data": {"message": "You've been logged out!"}}


class MeResult(MeObject, SuccessResult):
    """The account that is signed in."""


class MeApi(Api):
    open_without_second_factor = True

    @endpoint(result=MeResult, summary="The signed-in user")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return me_of(caller_of(request))
