"""`users.info` and `users.list`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models.expressions import Expression
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.paging import PageResult, PagingParams, ordering_of, page_of
from workspace.api.params import MISSING, Params, TextParam
from workspace.api.users.objects import UserInfoObject, UserObject, rooms_of_user, user_of, users_of
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import User
from workspace.selectors.accounts import user_by_address, user_by_username, users_listed
from workspace.selectors.permissions import VIEW_ACCOUNTS, VIEW_MEMBERSHIPS
from workspace.selectors.presence import shown_expression

USER_NOT_FOUND = "User not found."
# The parameters that identify an account. For compatibility, errors list only the first three.
IDENTIFIERS = ("userId", "username", "importId", "email", "freeSwitchExtension")
IDENTIFIERS_SHOWN = IDENTIFIERS[:3]
FLAG_ERRORS: dict[str, Any] = dict.fromkeys(("invalid", "null"), "must be boolean")


class UserInfoParams(Params):
    """The user, by exactly one of these."""

    userId = TextParam(required=False)
    username = TextParam(required=False)
    email = TextParam(required=False)
    importId = TextParam(required=False, help_text="Not supported.")
    freeSwitchExtension = TextParam(required=False, help_text="Not supported.")
    includeUserRooms = serializers.BooleanField(
        required=False,
        default=False,
        error_messages=FLAG_ERRORS,
        help_text="For other users, requires `view-other-user-channels`.",
    )

    def combinations_check(self, values: Mapping[str, Any]) -> None:
        count = sum(name in values for name in IDENTIFIERS)
        if not count:
            missing = [MISSING.format(name) for name in IDENTIFIERS_SHOWN]
            raise InvalidParamsError([*missing, "must match a schema in anyOf"])
        if count > 1:
            raise InvalidParamsError(["must match exactly one schema in oneOf"])


class UserInfoResult(SuccessResult):
    """An account."""

    user = UserInfoObject()


class UsersListParams(PagingParams):
    """Filters, and the order by `username` (default), `name`, `createdAt` or `status`."""

    email = TextParam(
        required=False,
        allow_blank=True,
        min_length=1,
        max_length=254,
        help_text="Only accounts with this address, ignoring case.",
    )

    def validate_email(self, email: str) -> str:
        """Reject an empty address, which would otherwise be treated as missing."""
        if not email:
            raise InvalidParamsError(["must NOT have fewer than 1 characters"])
        return email


class UsersPage(PageResult):
    """A page of accounts."""

    users = UserObject(many=True)


class UsersInfoApi(Api):
    @endpoint(
        params=UserInfoParams,
        result=UserInfoResult,
        summary="A user's account",
        description="Returns active and deactivated accounts. Addresses, connection and the last sign-in are only "
        "visible to the user themselves, and with `view-full-other-user-info`, which is also required to "
        "find other users by `email`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        reader = caller_of(request)
        user = user_from_params(params, reader=reader)
        user_data = user_of(user, reader=reader)
        if user == reader or reader.has_perm(VIEW_ACCOUNTS):
            user_data["canViewAllInfo"] = True
        if params["includeUserRooms"] and (user == reader or reader.has_perm(VIEW_MEMBERSHIPS)):
            user_data["rooms"] = rooms_of_user(user)
        return {"user": user_data}


class UsersListApi(Api):
    @endpoint(
        params=UsersListParams,
        result=UsersPage,
        summary="User accounts",
        description="All accounts, active and deactivated. Requires `view-d-room`. The fields are those of "
        "`users.info`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        reader = caller_of(request)
        if not reader.has_perm("workspace.view_d_room"):
            raise MissingPermissionError()
        columns: dict[str, str | Expression] = {
            "username": "username__lower",
            "name": "name__lower",
            "createdAt": "created_at",
            "status": shown_expression(timezone.now(), "presence__"),
        }
        users = users_listed(reader=reader, address=params.get("email", ""))
        rows = users.order_by(*ordering_of(params, columns, default={"username": 1}))
        return page_of(rows, params, name="users", represent=partial(users_of, reader=reader))


def user_from_params(params: Mapping[str, Any], *, reader: User) -> User:
    """Return the account in the parameters if the reader may see it; raises the error that clients expect otherwise."""
    if "userId" in params:
        user = User.objects.filter(public_id=params["userId"]).first()
    elif "username" in params:
        user = user_by_username(params["username"])
    else:
        user = user_by_address(params["email"]) if "email" in params else None
        if user != reader and not reader.has_perm(VIEW_ACCOUNTS):
            user = None
    if user is None:
        raise ApplicationError(USER_NOT_FOUND, USER_NOT_FOUND)
    return user
