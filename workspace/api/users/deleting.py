"""`users.delete` and `users.deleteOwnAccount`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint
from workspace.api.params import FlagParam, Params, TextParam
from workspace.api.users.targets import UserParams, user_from
from workspace.errors import ApplicationError
from workspace.selectors.permissions import DELETE_ACCOUNTS
from workspace.services.people.confirmation import digest_parse
from workspace.services.people.deletion import account_delete, own_account_delete

PASSWORD_MISSING = ApplicationError(*['Body parameter "password" is required.'] * 2)
EFFECT = (
    "The account is signed out everywhere, its devices, addresses and preferences are deleted, and its direct rooms of "
    "two people. Its messages are deleted or remain, depending on the setting `Message_ErasureType`. If rooms would "
    "have no owner, the error `user-last-owner` lists them; with `confirmRelinquish`, the oldest member becomes the "
    "owner, and rooms without other members are deleted."
)
CONFIRMATION = "Delete the account although it is the only owner of rooms."


class DeleteParams(UserParams):
    """The account to delete."""

    confirmRelinquish = FlagParam(required=False, help_text=CONFIRMATION)


class DeletedResult(SuccessResult):
    """The ids of the rooms that were deleted with the account."""

    deletedRooms = serializers.ListField(child=serializers.CharField())


class UsersDeleteApi(Api):
    @endpoint(
        permission=DELETE_ACCOUNTS,
        params=DeleteParams,
        result=DeletedResult,
        summary="Delete an account",
        description=f"Requires `delete-user`; accounts with more permissions than the caller are refused. {EFFECT}",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        confirmed = params.get("confirmRelinquish", False)
        rooms = account_delete(by=caller_of(request), user=user_from(params), may_be_last_owner=confirmed)
        return {"deletedRooms": rooms}


class DeleteOwnAccountParams(Params):
    """The password of the account."""

    missing_errors = {"password": PASSWORD_MISSING}

    password = TextParam(max_length=255, help_text="Its SHA-256 digest (hexadecimal).")
    confirmRelinquish = FlagParam(required=False, help_text=CONFIRMATION)


class DeleteOwnAccountApi(Api):
    @endpoint(
        params=DeleteOwnAccountParams,
        result=DeletedResult,
        summary="Delete one's own account",
        description=f"Only if the setting `Accounts_AllowDeleteOwnAccount` is on. {EFFECT}",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        confirmed = params.get("confirmRelinquish", False)
        password = digest_parse(params["password"])
        rooms = own_account_delete(user=caller_of(request), password=password, may_be_last_owner=confirmed)
        return {"deletedRooms": rooms}
