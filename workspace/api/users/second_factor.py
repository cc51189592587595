"""Setting up and removing the caller's own second factor."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint, session_of
from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError
from workspace.selectors.accounts import has_second_factor, recovery_codes_remaining
from workspace.services.second_factor import (
    recovery_codes_regenerate,
    second_factor_disable,
    second_factor_enable,
    second_factor_prepare,
)


class CodeParams(Params):
    """A code of the authenticator app. Where the second factor is in use, a recovery code is accepted too."""

    code = TextParam(max_length=64)


class SecretResult(SuccessResult):
    """The secret for the authenticator app, as text and as the URL of its QR code."""

    secret = serializers.CharField()
    url = serializers.CharField()


class CodesResult(SuccessResult):
    """The recovery codes, which are only shown here. Each is accepted once. None for a wrong code."""

    codes = serializers.ListField(child=serializers.CharField(), required=False)


class DisabledResult(SuccessResult):
    """False for a wrong code, and if there was no second factor."""

    disabled = serializers.BooleanField()


class RemainingResult(SuccessResult):
    """How many unused recovery codes are left."""

    remaining = serializers.IntegerField()


class TotpEnableApi(Api):
    @endpoint(
        result=SecretResult,
        summary="Begin to set up a second factor",
        description="`users.totp.validate` activates it. Fails with `error-2fa-already-enabled` if there is one.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        prepared = second_factor_prepare(user=caller_of(request))
        return {"secret": prepared.secret, "url": prepared.url}


class TotpValidateApi(Api):
    @endpoint(
        params=CodeParams,
        result=CodesResult,
        summary="Activate the second factor",
        description="Returns the recovery codes, and signs out the account's other apps. Fails with `invalid-totp` if "
        "the code is wrong.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        return {"codes": second_factor_enable(user=user, code=params["code"], current=session_of(request))}


class TotpDisableApi(Api):
    @endpoint(params=CodeParams, result=DisabledResult, summary="Remove the second factor")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"disabled": second_factor_disable(user=caller_of(request), code=params["code"])}


class TotpRegenerateCodesApi(Api):
    @endpoint(
        params=CodeParams,
        result=CodesResult,
        summary="Replace the recovery codes",
        description="Fails with `invalid-totp` if the account has no second factor.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        codes = recovery_codes_regenerate(user=caller_of(request), code=params["code"])
        return {} if codes is None else {"codes": codes}


class TotpCodesRemainingApi(Api):
    @endpoint(
        result=RemainingResult,
        summary="Number of unused recovery codes",
        description="Fails with `invalid-totp` if the account has no second factor.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        if not has_second_factor(user):
            raise ApplicationError("invalid-totp")
        return {"remaining": recovery_codes_remaining(user)}
