"""Setting up and removing the caller's own second factors."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, PublicApi, SuccessResult, caller_of, endpoint, session_of
from workspace.api.params import Params, TextParam
from workspace.api.users.own import proof_in_headers
from workspace.errors import ApplicationError
from workspace.selectors.accounts import has_totp, recovery_codes_remaining, user_by_sign_in_name
from workspace.services.people.confirmation import identity_confirm
from workspace.services.people.email_codes import email_code_request, email_codes_disable, email_codes_enable
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


PROOF_NEEDED = (
    "Requires the SHA-256 digest (hexadecimal) of the password in the header `x-2fa-code` with `x-2fa-method: "
    "password`, or, if the account has a second factor already, its code. Without it, the error is `totp-required`; if "
    "it is wrong, `totp-invalid`."
)
ADDRESS_MISSING = ApplicationError("error-parameter-required", "emailOrUsername is required")


class TotpEnableApi(Api):
    open_without_second_factor = True

    @endpoint(
        result=SecretResult,
        summary="Begin to set up a second factor",
        description=f"{PROOF_NEEDED} `users.totp.validate` activates it. Fails with `error-2fa-already-enabled` if the "
        "account has an app, and with `error-not-allowed` if the workspace does not use second factors.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        if not has_totp(user):
            confirm(request)
        prepared = second_factor_prepare(user=user)
        return {"secret": prepared.secret, "url": prepared.url}


class TotpValidateApi(Api):
    open_without_second_factor = True

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
        description="Fails with `invalid-totp` if the account has no app.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        codes = recovery_codes_regenerate(user=caller_of(request), code=params["code"])
        return {} if codes is None else {"codes": codes}


class TotpCodesRemainingApi(Api):
    @endpoint(
        result=RemainingResult,
        summary="Number of unused recovery codes",
        description="Fails with `invalid-totp` if the account has no app.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        if not has_totp(user):
            raise ApplicationError("invalid-totp")
        return {"remaining": recovery_codes_remaining(user)}


class EmailEnableApi(Api):
    open_without_second_factor = True

    @endpoint(
        summary="Require codes by e-mail for signing in",
        description=f"{PROOF_NEEDED} Fails with `error-invalid-user` if the account has no verified address.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        confirm(request)
        email_codes_enable(user=caller_of(request))
        return {}


class EmailDisableApi(Api):
    @endpoint(
        summary="Stop requiring codes by e-mail",
        description=f"{PROOF_NEEDED} A call without a code sends one by e-mail.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        confirm(request)
        email_codes_disable(user=caller_of(request))
        return {}


class EmailCodeParams(Params):
    """The account."""

    missing_errors = {"emailOrUsername": ADDRESS_MISSING}

    emailOrUsername = TextParam(max_length=255)


class EmailSendCodeApi(PublicApi):
    @endpoint(
        params=EmailCodeParams,
        summary="Send another code by e-mail",
        description="To an account that requires codes by e-mail; at most five in 15 minutes. A sign-in without a code "
        "sends the first one. The response is the same whether or not a code was sent.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = user_by_sign_in_name(params["emailOrUsername"])
        if user is not None and user.is_active:
            email_code_request(user=user)
        return {}


def confirm(request: Request) -> None:
    """Check the password or code in the request. No access token is exempt, because second factors protect from them.

    Raises SecondFactorError and `error-too-many-requests`.
    """
    identity_confirm(user=caller_of(request), auth_token=None, proof=proof_in_headers(request), is_strict=True)
