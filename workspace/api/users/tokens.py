"""Personal access tokens, and `users.createToken`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint, session_of
from workspace.api.objects import Timestamp
from workspace.api.params import FlagParam, Params, TextParam
from workspace.api.users.own import proof_in_headers
from workspace.api.users.targets import UserParams, user_from
from workspace.errors import ApplicationError
from workspace.services.people.access_tokens import (
    NAME_MAX_LENGTH,
    access_token_create,
    access_token_remove,
    access_token_replace,
    permission_check,
    token_create,
)
from workspace.services.people.confirmation import identity_confirm

# Clients expect this sentence without an error code.
NAME_REQUIRED = ApplicationError(*["The 'tokenName' param is required"] * 2)
CONFIRMATION = (
    "Requires `create-personal-access-tokens`, and the current password: its SHA-256 digest in the header "
    "`x-2fa-code`, with `x-2fa-method: password`. Accounts with a second factor need its code there instead. Without "
    "it, the error is `totp-required`; if it is wrong, `totp-invalid`. Calls with a personal access token that ignores "
    "second factors do not need it."
)


class AccessTokenNameParams(Params):
    """The name of a personal access token."""

    missing_errors = {"tokenName": NAME_REQUIRED}

    tokenName = TextParam(max_length=NAME_MAX_LENGTH)


class AccessTokenParams(AccessTokenNameParams):
    """The personal access token to create."""

    bypassTwoFactor = FlagParam(required=False, help_text="Whether the token can do everything without confirmation.")


class AccessTokenResult(SuccessResult):
    """The new token, which cannot be read again."""

    token = serializers.CharField()


class GenerateTokenApi(Api):
    @endpoint(
        params=AccessTokenParams,
        result=AccessTokenResult,
        summary="Create a personal access token",
        description=f"Used like the token of a sign-in. It does not expire, and remains valid if the user changes the "
        f"password. {CONFIRMATION}",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        confirm(request)
        bypasses = params.get("bypassTwoFactor", False)
        token = access_token_create(user=caller_of(request), name=params["tokenName"], bypasses_two_factor=bypasses)
        return {"token": token}


class RegenerateTokenApi(Api):
    @endpoint(
        params=AccessTokenNameParams,
        result=AccessTokenResult,
        summary="Replace a personal access token",
        description=f"The earlier token is no longer valid. {CONFIRMATION}",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        confirm(request)
        return {"token": access_token_replace(user=caller_of(request), name=params["tokenName"])}


class RemoveTokenApi(Api):
    @endpoint(params=AccessTokenNameParams, summary="Remove a personal access token", description=CONFIRMATION)
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        confirm(request)
        access_token_remove(user=caller_of(request), name=params["tokenName"])
        return {}


class AccessTokenObject(Result):
    """A personal access token."""

    name = serializers.CharField()
    createdAt = Timestamp(source="created_at")
    lastTokenPart = serializers.CharField(source="last_token_part")
    bypassTwoFactor = serializers.BooleanField(source="bypasses_two_factor")


class AccessTokensResult(SuccessResult):
    """The caller's personal access tokens."""

    tokens = AccessTokenObject(many=True)


class GetTokensApi(Api):
    @endpoint(
        result=AccessTokensResult,
        summary="The caller's personal access tokens",
        description="Requires `create-personal-access-tokens`. Only the end of each token is returned.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        permission_check(caller)
        return {"tokens": list(caller.access_tokens.all())}


class CreateTokenParams(UserParams):
    """The user, and the secret of the server."""

    secret = TextParam(max_length=4096)


class CreatedTokenObject(Result):
    """A sign-in of the user."""

    userId = serializers.CharField()
    authToken = serializers.CharField()


class CreateTokenResult(SuccessResult):
    """A sign-in of the user."""

    data = CreatedTokenObject()  # type: ignore[assignment]


class CreateTokenApi(Api):
    @endpoint(
        params=CreateTokenParams,
        result=CreateTokenResult,
        summary="Sign in a user on behalf of a trusted program",
        description="Requires the `secret` that the server has in `CREATE_TOKENS_FOR_USERS_SECRET`. Other users "
        "require `user-generate-access-token`, and those with more permissions than the caller are refused.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = user_from(params)
        token = token_create(by=caller_of(request), user=user, secret=params["secret"])
        return {"data": {"userId": user.public_id, "authToken": token}}


def confirm(request: Request) -> None:
    """Raise an error unless the caller may have access tokens, and has sent the password."""
    caller = caller_of(request)
    permission_check(caller)
    identity_confirm(user=caller, auth_token=session_of(request), proof=proof_in_headers(request), is_strict=True)
