"""People's status, and whether their clients are connected."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint, session_of
from workspace.api.objects import Moment
from workspace.api.params import ChoiceParam, MomentParam, Params, TextParam
from workspace.api.throttling import Rate
from workspace.clients import token_client
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import Connection, Status, User
from workspace.selectors.accounts import user_by_id_or_name
from workspace.selectors.presence import presence_of
from workspace.services.presence import activity_report, status_set

MATCH_ERROR = "Match error: Failed Match.OneOf, Match.Maybe or Match.Optional validation"


class WhoParams(Params):
    """Whose; the caller's own without any."""

    userId = TextParam(required=False)
    username = TextParam(required=False)


class SetStatusParams(WhoParams):
    """The status to pick, its text, or both."""

    message = TextParam(required=False, allow_blank=True, max_length=120)
    status = ChoiceParam(choices=Status.values, required=False, help_text="`offline` is shown as invisible.")
    expiresAt = MomentParam(required=False, help_text="When the status ends.")


class PresenceResult(SuccessResult):
    """A person's presence, with more of it for oneself."""

    presence = serializers.ChoiceField(choices=Status.choices)
    connectionStatus = serializers.ChoiceField(choices=Connection.choices, required=False)
    lastLogin = Moment(required=False)


class StatusResult(SuccessResult):
    """A person's status."""

    _id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    message = serializers.CharField()
    connectionStatus = serializers.ChoiceField(choices=Connection.choices, required=False)
    statusExpiresAt = Moment(required=False)


def whose(request: Request, params: dict[str, Any]) -> User:
    """Return the account that the parameters name, or the caller's; raises `error-invalid-user` for an unknown one."""
    if "userId" in params:
        return user_by_id_or_name(public_id=params["userId"])
    if "username" in params:
        return user_by_id_or_name(username=params["username"])
    return caller_of(request)


class SetStatusApi(Api):
    rate = Rate(5, 1000)

    @endpoint(
        params=SetStatusParams,
        summary="Pick a status",
        description="Also counts as activity of the caller's client, which is connected from then on. "
        "Another person's status may be set by whoever may change accounts.",
    )
    @transaction.atomic
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        if "message" not in params and "status" not in params:
            raise ApplicationError(MATCH_ERROR, MATCH_ERROR)
        caller, user = caller_of(request), whose(request, params)
        if user != caller and not caller.has_perm("workspace.change_user"):
            raise MissingPermissionError()
        status_set(
            user=user, status=params.get("status"), text=params.get("message"), expires_at=params.get("expiresAt")
        )
        activity_report(user=caller, client=token_client(session_of(request).digest))
        return {}


class GetStatusApi(Api):
    @endpoint(params=WhoParams, result=StatusResult, summary="A person's status")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = whose(request, params)
        view = presence_of(user)
        own = user == caller_of(request)
        return {
            "_id": user.public_id,
            "status": view.shown,
            "message": view.status_text,
            "connectionStatus": view.connection if own else None,
            "statusExpiresAt": view.expires_at,
        }


class GetPresenceApi(Api):
    @endpoint(params=WhoParams, result=PresenceResult, summary="Whether a person is there")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = whose(request, params)
        view = presence_of(user)
        if user != caller_of(request):
            return {"presence": view.shown}
        return {"presence": view.shown, "connectionStatus": view.connection, "lastLogin": user.last_login}
