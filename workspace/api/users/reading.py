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
# What names an account, by whichever of these; the first three have always done so, and are told where none is given.
NAMING = ("userId", "username", "importId", "email", "freeSwitchExtension")
NAMING_SHOWN = NAMING[:3]
SPELT_FLAG: dict[str, Any] = dict.fromkeys(("invalid", "null"), "must be boolean")


class UserInfoParams(Params):
    """Whose: exactly one of these."""

    userId = TextParam(required=False)
    username = TextParam(required=False)
    email = TextParam(required=False)
    importId = TextParam(required=False, help_text="Nobody has one here.")
    freeSwitchExtension = TextParam(required=False, help_text="Nobody has one here.")
    includeUserRooms = serializers.BooleanField(
        required=False,
        default=False,
        error_messages=SPELT_FLAG,
        help_text="Of others: needs `view-other-user-channels`.",
    )

    def combinations_check(self, values: Mapping[str, Any]) -> None:
        given = sum(name in values for name in NAMING)
        if not given:
            missing = [MISSING.format(name) for name in NAMING_SHOWN]
            raise InvalidParamsError([*missing, "must match a schema in anyOf"])
        if given > 1:
            raise InvalidParamsError(["must match exactly one schema in oneOf"])


class UserInfoResult(SuccessResult):
    """An account."""

    user = UserInfoObject()


class UsersListParams(PagingParams):
    """Which accounts, in the order of `username` (by itself), `name`, `createdAt` or `status`."""

    email = TextParam(
        required=False,
        allow_blank=True,
        min_length=1,
        max_length=254,
        help_text="Only who has this address, in any case.",
    )

    def validate_email(self, email: str) -> str:
        """Refuse an empty address, which would else count as none in a query."""
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
        summary="A person's account",
        description="Whether it is active or not. Addresses, connection and the last sign-in are told to the person, "
        "and to whoever holds `view-full-other-user-info`, without which nobody else is found by `email`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        reader = caller_of(request)
        user = user_from_params(params, reader=reader)
        told = user_of(user, reader=reader)
        if user == reader or reader.has_perm(VIEW_ACCOUNTS):
            told["canViewAllInfo"] = True
        if params["includeUserRooms"] and (user == reader or reader.has_perm(VIEW_MEMBERSHIPS)):
            told["rooms"] = rooms_of_user(user)
        return {"user": told}


class UsersListApi(Api):
    @endpoint(
        params=UsersListParams,
        result=UsersPage,
        summary="People's accounts",
        description="All of them, whether active or not; needs `view-d-room`. Of each is told what `users.info` tells.",
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
        found = users_listed(reader=reader, address=params.get("email", ""))
        rows = found.order_by(*ordering_of(params, columns, default={"username": 1}))
        return page_of(rows, params, name="users", represent=partial(users_of, reader=reader))


def user_from_params(params: Mapping[str, Any], *, reader: User) -> User:
    """Return the account that the parameters name, to this reader; raises in the words that clients know for none."""
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
