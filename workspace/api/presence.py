"""The status of users, and whether their clients are connected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint, session_of
from workspace.api.objects import Offset, Timestamp
from workspace.api.params import ChoiceParam, Params, TextParam, TimestampParam
from workspace.api.throttling import Rate
from workspace.clients import token_client_name
from workspace.errors import ApplicationError
from workspace.models import Connection, GeneralSettings, Status, User
from workspace.selectors.accounts import user_by_id_or_name
from workspace.selectors.permissions import manage_check
from workspace.selectors.presence import (
    presence_changed_between,
    presence_of,
    presence_rows,
    presence_view,
    visible_users,
)
from workspace.services.presence import activity_report, status_set
from workspace.time_zones import utc_offset

# If clients request changes since an earlier time, they get the full list, as in Rocket.Chat.
CHANGES_LIMIT = timedelta(minutes=10)
MATCH_ERROR = "Match error: Failed Match.OneOf, Match.Maybe or Match.Optional validation"


class WhoParams(Params):
    """The user; without parameters, the caller."""

    userId = TextParam(required=False)
    username = TextParam(required=False)


class SetStatusParams(WhoParams):
    """The status, its text, or both."""

    message = TextParam(required=False, allow_blank=True, max_length=120)
    status = ChoiceParam(choices=Status.values, required=False, help_text="`offline` makes the user invisible.")
    expiresAt = TimestampParam(required=False, help_text="The time when the status ends.")


class PresenceResult(SuccessResult):
    """A user's presence, with more details for the user themselves."""

    presence = serializers.ChoiceField(choices=Status.choices)
    connectionStatus = serializers.ChoiceField(choices=Connection.choices, required=False)
    lastLogin = Timestamp(required=False)


class StatusResult(SuccessResult):
    """A user's status."""

    _id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    message = serializers.CharField()
    statusSource = serializers.CharField()
    connectionStatus = serializers.ChoiceField(choices=Connection.choices, required=False)
    statusExpiresAt = Timestamp(required=False)


def target_user(request: Request, params: dict[str, Any]) -> User:
    """Return the user in the parameters, or the caller; raises `error-invalid-user` for an unknown user."""
    if "userId" in params:
        return user_by_id_or_name(public_id=params["userId"])
    if "username" in params:
        return user_by_id_or_name(username=params["username"])
    return caller_of(request)


class IdsParam(serializers.Field[list[str], Any, Any, Any]):
    """Public ids: one, several separated by commas, or a repeated parameter."""

    def get_value(self, dictionary: Any) -> Any:
        name = self.field_name or ""
        return dictionary.getlist(name) if name in dictionary else serializers.empty

    def to_internal_value(self, data: list[str]) -> list[str]:
        texts = [TextParam(allow_blank=True).run_validation(text) for text in data]
        return [public_id for text in texts for public_id in text.split(",") if public_id]


class PresencesParams(Params):
    """The users: those with these ids, or all. With a time, only users whose presence has changed since."""

    ids = extend_schema_field({"type": "string"})(IdsParam)(required=False, help_text="Ids, separated by commas.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        since = TimestampParam(required=False, help_text="Only users whose presence has changed since.")
        return {**super().get_fields(), "from": since}


class PresenceObject(Result):
    """A user's presence."""

    _id = serializers.CharField()
    name = serializers.CharField()
    username = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    utcOffset = Offset()
    statusText = serializers.CharField(required=False)
    statusSource = serializers.CharField(required=False)
    statusExpiresAt = Timestamp(required=False)


class PresencesResult(SuccessResult):
    """The presence of users. If `full` is true, users who are not listed are offline."""

    users = PresenceObject(many=True)
    full = serializers.BooleanField()


class SetStatusApi(Api):
    rate = Rate(5, 1000)

    @endpoint(
        params=SetStatusParams,
        summary="Set a status",
        description="Also counts as activity of the caller's client, which is then connected. Setting the status of "
        "another user requires `edit-other-user-info`.",
    )
    @transaction.atomic
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if "message" not in params and "status" not in params:
            raise ApplicationError(MATCH_ERROR, MATCH_ERROR)
        caller, user = caller_of(request), target_user(request, params)
        if user != caller:
            manage_check(manager=caller, user=user)
        status_set(
            user=user, status=params.get("status"), text=params.get("message"), expires_at=params.get("expiresAt")
        )
        activity_report(user=caller, client=token_client_name(session_of(request).digest))
        return {}


class GetStatusApi(Api):
    @endpoint(params=WhoParams, result=StatusResult, summary="A user's status")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = target_user(request, params)
        view = presence_of(user)
        own = user == caller_of(request)
        return {
            "_id": user.public_id,
            "status": view.shown,
            "message": view.status_text,
            "statusSource": view.source,
            "connectionStatus": view.connection if own else None,
            "statusExpiresAt": view.expires_at,
        }


class GetPresenceApi(Api):
    @endpoint(params=WhoParams, result=PresenceResult, summary="A user's presence")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = target_user(request, params)
        view = presence_of(user)
        if user != caller_of(request):
            return {"presence": view.shown}
        return {"presence": view.shown, "connectionStatus": view.connection, "lastLogin": user.last_login}


class PresencesApi(Api):
    @endpoint(
        params=PresencesParams,
        result=PresencesResult,
        summary="The presence of users",
        description="Without `ids`, all users who are not offline. With `from`, only users whose presence has changed"
        " since, including those who went offline. A `from` more than ten minutes ago is ignored, and "
        "`full` is true.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        at, since = timezone.now(), params.get("from")
        if since is not None and since < at - CHANGES_LIMIT:
            since = None
        people = people_of(params.get("ids"), since, at)
        rows = presence_rows(people, at=at, fields=("public_id", "name", "username", "time_zone"))
        return {"users": [presence_object(row, at) for row in rows.order_by("pk")], "full": since is None}


def people_of(ids: list[str] | None, since: datetime | None, at: datetime) -> QuerySet[User]:
    """Return the requested users: by id, or all who are not offline, or all whose presence has changed since."""
    if ids:
        people = User.objects.filter(is_active=True, public_id__in=ids)
    elif since is None:
        return visible_users(at=at)
    else:
        people = User.objects.filter(is_active=True)
    return people if since is None else people.filter(presence_changed_between(since, at))


def presence_object(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return a user's presence as an API object."""
    view = presence_view(row, at=at)
    return {
        "_id": row["public_id"],
        "name": row["name"] or row["username"],
        "username": row["username"],
        "status": view.shown,
        "utcOffset": utc_offset(row["time_zone"] or GeneralSettings.current().time_zone, at),
        "statusText": view.status_text or None,
        "statusSource": view.source,
        "statusExpiresAt": view.expires_at,
    }
