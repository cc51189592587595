"""Creating an account, verifying its address, and choosing a password, for people who are not signed in."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import PublicApi, SuccessResult, endpoint
from workspace.api.info import is_signed_in
from workspace.api.params import Params, TextParam
from workspace.api.throttling import Rate
from workspace.api.users.objects import UserObject, user_of
from workspace.errors import ApplicationError
from workspace.models import SignInSettings
from workspace.security.password_policy import policy_rules
from workspace.services.people.registration import reset_link_request, user_register, verification_link_request

ADDRESS_MISSING = ApplicationError(*["The 'email' param is required"] * 2)
SIGNED_IN = "Logged in users can not register again."


class RegisterParams(Params):
    """The account to create."""

    username = TextParam(max_length=64)
    email = TextParam(max_length=254)
    name = TextParam(required=False, allow_blank=True, max_length=255)
    secret = TextParam(required=False, allow_blank=True, max_length=255)
    secretURL = TextParam(required=False, allow_blank=True, max_length=255, help_text="Another name of `secret`.")
    reason = TextParam(required=False, allow_blank=True, max_length=1000, help_text="Not stored.")
    customFields = serializers.DictField(required=False, help_text="Not stored.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `pass` is a keyword of Python.
        return {**super().get_fields(), "pass": TextParam(max_length=4096)}


class RegisteredResult(SuccessResult):
    """The new account."""

    user = UserObject()


class UsersRegisterApi(PublicApi):
    rate = Rate(1, 60_000)

    @endpoint(
        params=RegisterParams,
        result=RegisteredResult,
        summary="Create an account for oneself",
        description="Only if the setting `Accounts_RegistrationForm` allows it; `Secret URL` requires the secret. "
        "The address receives a verification link. With `Accounts_ManuallyApproveNewUsers`, the account cannot sign in "
        "until an administrator activates it. At most one account per minute and address of the caller.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if is_signed_in(request):
            raise ApplicationError(SIGNED_IN, SIGNED_IN)
        user = user_register(
            username=params["username"],
            name=params.get("name", ""),
            email=params["email"],
            password=params["pass"],
            secret=params.get("secret") or params.get("secretURL", ""),
        )
        return {"user": user_of(user, reader=user)}


class AddressParams(Params):
    """The address of the account."""

    missing_errors = {"email": ADDRESS_MISSING}

    email = TextParam(max_length=254)


class ForgotPasswordApi(PublicApi):
    @endpoint(
        params=AddressParams,
        summary="Request a link to choose a new password",
        description="Sent if an account has verified the address. The response is the same if none has.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        reset_link_request(address=params["email"], caller=request.META.get("REMOTE_ADDR", ""))
        return {}


class SendConfirmationEmailApi(PublicApi):
    @endpoint(
        params=AddressParams,
        summary="Request another verification link",
        description="Sent if an account has the address and has not verified it. The response is the same if none has.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        verification_link_request(address=params["email"], caller=request.META.get("REMOTE_ADDR", ""))
        return {}


class PasswordPolicyResult(SuccessResult):
    """The rules for new passwords."""

    enabled = serializers.BooleanField(help_text="Whether there are such rules (`Accounts_Password_Policy_Enabled`).")
    policy = serializers.ListField(
        child=serializers.ListField(), help_text="The name of each rule, and an object with its number if it has one."
    )


class PasswordPolicyApi(PublicApi):
    @endpoint(
        result=PasswordPolicyResult,
        summary="The rules for new passwords",
        description="They apply in addition to those of every installation: no common passwords, and none that are "
        "similar to the account's names.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        policy = [
            [f"get-password-policy-{rule.name}", *([rule.parameters] if rule.parameters else [])]
            for rule in policy_rules()
        ]
        return {"enabled": SignInSettings.current().policy, "policy": policy}
