"""`users.create`, `users.update` and `users.setActiveStatus`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.contributions import contributions
from workspace.api.errors import InvalidParamsError
from workspace.api.params import MISSING, FlagParam, ListParam, Params, TextParam
from workspace.api.users.objects import CreatedUserObject, UserObject, user_of
from workspace.selectors.accounts import user_by_id_or_name
from workspace.services.managed_accounts import (
    AccountChanges,
    account_active_set,
    account_create,
    account_update,
)

MAX_ROLES = 100
# The errors for longer texts than accounts can have are those of the services.
TEXT_MAX = 4096
NOT_STORED = "`customFields` are not stored."


class AccountParams(Params):
    """The properties of an account."""

    name = TextParam(required=False, max_length=255)
    email = TextParam(required=False, max_length=254)
    username = TextParam(required=False, max_length=64)
    password = TextParam(required=False, allow_blank=True, max_length=4096)
    setRandomPassword = FlagParam(
        required=False, help_text="Instead of `password`. The user must request a new password by e-mail."
    )
    requirePasswordChange = FlagParam(required=False, help_text="Only with `setRandomPassword`, which implies it.")
    verified = FlagParam(
        required=False, help_text="Whether the address is verified. If not, a verification link is sent to it."
    )
    active = FlagParam(required=False)
    roles = ListParam(child=TextParam(max_length=150), required=False, max_length=MAX_ROLES)
    statusText = TextParam(required=False, allow_blank=True, max_length=120)
    nickname = TextParam(required=False, allow_blank=True, max_length=TEXT_MAX, help_text="At most 120 characters.")
    bio = TextParam(required=False, allow_blank=True, max_length=TEXT_MAX, help_text="At most 260 characters.")
    sendWelcomeEmail = FlagParam(required=False, help_text="Ignored: there is no such e-mail.")


class UserCreateParams(AccountParams):
    """The account to create."""

    name = TextParam(max_length=255)
    email = TextParam(max_length=254)
    username = TextParam(max_length=64)
    joinDefaultChannels = FlagParam(required=False)


class UserUpdateParams(Params):
    """The account, and its changes."""

    userId = TextParam()
    data = AccountParams()  # type: ignore[assignment]
    confirmRelinquish = FlagParam(required=False, help_text="As for `users.setActiveStatus`.")


class ActiveStatusParams(Params):
    """The account, and its new state."""

    userId = TextParam()
    activeStatus = FlagParam()
    confirmRelinquish = FlagParam(
        required=False, help_text="Also deactivate the only owner of a room with other members."
    )


class CreatedResult(SuccessResult):
    """The new account."""

    user = CreatedUserObject()


class UpdatedResult(SuccessResult):
    """The account that was changed."""

    user = UserObject()


class ActiveStatusObject(Result):
    """Whether an account is active."""

    _id = serializers.CharField()
    active = serializers.BooleanField()


class ActiveStatusResult(SuccessResult):
    """The account that was activated or deactivated."""

    user = ActiveStatusObject()


class UsersCreateApi(Api):
    @endpoint(
        params=UserCreateParams,
        result=CreatedResult,
        summary="Create an account",
        description="Requires `create-user`; a deactivated account also requires `edit-other-user-active-status`, and "
        f"roles other than `user` require `assign-roles`. Otherwise: `error-action-not-allowed`. {NOT_STORED}",
    )
    @transaction.atomic
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        changes = changes_of(params)
        if "password" not in changes:
            raise InvalidParamsError([MISSING.format("password")])
        joins = params.get("joinDefaultChannels", True)
        user = account_create(by=caller, joins_default_channel=joins, **changes)
        settings = {"preferences": contributions.preferences(user)}
        return {"user": user_of(user, reader=user) | {"settings": settings}}


class UsersUpdateApi(Api):
    @endpoint(
        params=UserUpdateParams,
        result=UpdatedResult,
        summary="Change an account",
        description="Applies the changes in `data`, all or none. Requires `edit-other-user-info`, and `assign-roles` "
        "for "
        "roles. Accounts with more permissions than the caller cannot be changed: `error-action-not-allowed`. A new "
        "password signs the account out everywhere. A new address replaces the account's first one. "
        f"{NOT_STORED}",
    )
    @transaction.atomic
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller, user = caller_of(request), user_by_id_or_name(public_id=params["userId"])
        relinquishes = params.get("confirmRelinquish", False)
        account_update(by=caller, user=user, may_be_last_owner=relinquishes, **changes_of(params["data"]))
        return {"user": user_of(user, reader=caller)}


class UsersSetActiveStatusApi(Api):
    @endpoint(
        params=ActiveStatusParams,
        result=ActiveStatusResult,
        summary="Deactivate or activate an account",
        description="A deactivated account is signed out everywhere, its devices are removed, and it receives no "
        "notifications. Its messages and memberships remain. Requires `edit-other-user-active-status`; "
        "accounts with more permissions than the caller cannot be deactivated. `user-last-owner` lists "
        "the rooms that would have members but no owner.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = user_by_id_or_name(public_id=params["userId"])
        account_active_set(
            by=caller_of(request),
            user=user,
            active=params["activeStatus"],
            may_be_last_owner=params.get("confirmRelinquish", False),
        )
        return {"user": {"_id": user.public_id, "active": user.is_active}}


def changes_of(params: Mapping[str, Any]) -> AccountChanges:
    """Return the changes in the parameters; raises InvalidParamsError for unsupported combinations."""
    changes: AccountChanges = {}
    for name in ("username", "name", "nickname", "bio", "email", "verified", "password", "roles", "active"):
        if name in params:
            changes[name] = params[name]
    if "statusText" in params:
        changes["status_text"] = params["statusText"]
    if params.get("setRandomPassword"):
        changes["password"] = None
    elif params.get("requirePasswordChange"):
        raise InvalidParamsError(["requirePasswordChange must come with setRandomPassword"])
    return changes
