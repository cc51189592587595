"""Finding users by a part of their names, and finding names for users."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.db.models.expressions import Expression
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.paging import PageResult, PagingParams, ordering_of, page_of
from workspace.api.params import ChoiceParam, ListParam, Params, TextParam
from workspace.api.users.objects import UserObject, users_of
from workspace.api.users.reading import FLAG_ERRORS
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import Status
from workspace.selectors.accounts import accounts_completed, accounts_with_state, user_by_username, username_suggestion
from workspace.selectors.permissions import VIEW_ACCOUNTS
from workspace.selectors.presence import presence_rows, presence_view, shown_expression
from workspace.selectors.room_search import may_find_people
from workspace.services.people.registration import is_valid_username

# Clients add brackets to the name of a repeated query parameter.
ROLES = "roles[]"


class SelectorParam(TextParam):
    """A JSON object: `term` is the text, `exceptions` are usernames to omit."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            selector = json.loads(super().to_internal_value(data))
        except (ValueError, RecursionError) as error:
            raise InvalidParamsError(["selector must be a JSON object"]) from error
        if not isinstance(selector, dict):
            raise InvalidParamsError(["selector must be a JSON object"])
        return SelectorParams.read(selector)


class SelectorParams(Params):
    """What to find."""

    term = TextParam(required=False, allow_blank=True, max_length=255)
    exceptions = ListParam(child=TextParam(max_length=64), required=False, max_length=1000)


class AutocompleteParams(Params):
    """What to find."""

    selector = SelectorParam(max_length=100_000, help_text='Such as `{"term": "an", "exceptions": ["ana"]}`.')


class CompletedObject(Result):
    """A user."""

    _id = serializers.CharField()
    username = serializers.CharField()
    name = serializers.CharField()
    nickname = serializers.CharField(required=False)
    status = serializers.ChoiceField(choices=Status.choices)
    avatarETag = serializers.CharField(required=False)


class CompletedResult(SuccessResult):
    """The first users, ordered by username."""

    items = CompletedObject(many=True)


class AutocompleteApi(Api):
    @endpoint(
        params=AutocompleteParams,
        result=CompletedResult,
        summary="Find users by a part of their names",
        description="At most 10 active users. Empty without `view-outside-room`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if not may_find_people(caller_of(request)):
            return {"items": []}
        selector, now = params["selector"], timezone.now()
        users = accounts_completed(selector.get("term", ""), omitted=selector.get("exceptions", ()))
        rows = presence_rows(users, at=now, fields=("public_id", "username", "name", "nickname", "avatar_etag"))
        return {
            "items": [
                {
                    "_id": row["public_id"],
                    "username": row["username"],
                    "name": row["name"] or row["username"],
                    "nickname": row["nickname"] or None,
                    "status": presence_view(row, at=now).shown,
                    "avatarETag": row["avatar_etag"] or None,
                }
                for row in rows
            ]
        }


class NameResult(SuccessResult):
    """A username that nobody has."""

    result = serializers.CharField()


class UsernameSuggestionApi(Api):
    @endpoint(result=NameResult, summary="A free username that is similar to the caller's name")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"result": username_suggestion(caller_of(request), is_valid=is_valid_username)}


class UsernameParams(Params):
    """The username."""

    username = TextParam(max_length=255)


class AvailableResult(SuccessResult):
    """Whether the username is free."""

    result = serializers.BooleanField()


class UsernameAvailabilityApi(Api):
    @endpoint(
        params=UsernameParams,
        result=AvailableResult,
        summary="Whether a username is free",
        description="The caller's own username counts as free. Invalid ones are an error: `error-blocked-username`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        username = params["username"]
        if not is_valid_username(username):
            raise ApplicationError("error-blocked-username", f"{username} is blocked and can't be used!")
        owner = user_by_username(username)
        return {"result": owner is None or owner == caller_of(request)}


class RolesParam(ListParam):
    """Roles, each in its own parameter, with or without brackets after the name."""

    def get_value(self, dictionary: Any) -> Any:
        return [*dictionary.getlist(ROLES), *dictionary.getlist("roles")] or serializers.empty


class ListByStatusParams(PagingParams):
    """Filters, and the order by `username` (default), `name`, `createdAt` or `status`."""

    status = ChoiceParam(choices=["active", "deactivated"], required=False)
    hasLoggedIn = serializers.BooleanField(required=False, allow_null=True, default=None, error_messages=FLAG_ERRORS)
    type = TextParam(required=False, help_text="All accounts have the type `user`.")
    searchTerm = TextParam(required=False, allow_blank=True, max_length=255, help_text="Part of a username or name.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        roles = RolesParam(
            child=TextParam(max_length=150), required=False, help_text="Requires `view-full-other-user-info`."
        )
        return {**super().get_fields(), ROLES: roles}


class UsersByStatusPage(PageResult):
    """A page of accounts."""

    users = UserObject(many=True)


class ListByStatusApi(Api):
    @endpoint(
        permission="workspace.view_d_room",
        params=ListByStatusParams,
        result=UsersByStatusPage,
        summary="User accounts that are active, deactivated, or have never signed in",
        description="Requires `view-d-room`. The fields are those of `users.info`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        reader = caller_of(request)
        if params.get(ROLES) and not reader.has_perm(VIEW_ACCOUNTS):
            raise MissingPermissionError()
        users = accounts_with_state(
            is_active={"active": True, "deactivated": False}.get(params.get("status", "")),
            has_signed_in=params["hasLoggedIn"],
            roles=params.get(ROLES, ()),
            words=params.get("searchTerm", ""),
        )
        columns: dict[str, str | Expression] = {
            "username": "username",
            "name": "name",
            "createdAt": "created_at",
            "status": shown_expression(timezone.now(), "presence__"),
        }
        rows = users.order_by(*ordering_of(params, columns, default={"username": 1}))
        return page_of(rows, params, name="users", represent=partial(users_of, reader=reader))
