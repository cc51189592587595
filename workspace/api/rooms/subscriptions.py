"""A member's relation to a room."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.params import FlagParam, Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import Room
from workspace.selectors.accounts import user_by_id_or_name
from workspace.selectors.rooms import room_readable_by, subscription_of
from workspace.services.reading import room_mark_read, room_mark_unread

NO_SUBSCRIPTION = "error-invalid-subscription"


class ReadParams(Params):
    """The room, and whether its threads were read as well."""

    any_of = ("rid", "roomId")

    rid = TextParam(required=False)
    roomId = TextParam(required=False)
    readThreads = FlagParam(required=False, help_text="Also mark the room's threads as read. Default: false.")


class FirstUnreadParams(Params):
    """The first message to mark as unread."""

    _id = TextParam()


class UnreadParams(Params):
    """The room whose last message becomes unread, or the first message to mark as unread."""

    any_of = ("roomId", "firstUnreadMessage")

    roomId = TextParam(required=False)
    firstUnreadMessage = FirstUnreadParams(required=False)


class ExistsParams(Params):
    """The room, and the user, if it is not the caller."""

    roomId = TextParam()
    username = TextParam(required=False)


class ExistsResult(SuccessResult):
    """Whether the user is in the room."""

    exists = serializers.BooleanField()


class SubscriptionsExistsApi(Api):
    @endpoint(
        params=ExistsParams,
        result=ExistsResult,
        summary="Whether a user is in a room",
        description="A room that the caller may not read is reported as unknown.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        user = user_by_id_or_name(username=params["username"]) if "username" in params else caller
        room = room_readable_by(user=caller, public_id=params["roomId"])
        return {"exists": subscription_of(user=user, room=room) is not None}


class SubscriptionsUnreadApi(Api):
    @endpoint(
        params=UnreadParams,
        summary="Mark a room as unread",
        description="From the given message on, which must be by somebody else, or from the last one on. "
        f"`{NO_SUBSCRIPTION}`: the caller is not a member of the room. `error-action-not-allowed`: there is no such "
        "message by somebody else. `error-no-message-for-unread`: the room has no messages.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, named = caller_of(request), params.get("firstUnreadMessage")
        room = Room.objects.filter(
            **{"messages__public_id": named["_id"]} if named else {"public_id": params["roomId"]}
        ).first()
        if room is None or subscription_of(user=user, room=room) is None:
            raise ApplicationError(NO_SUBSCRIPTION, NO_SUBSCRIPTION)
        room_mark_unread(user=user, room=room, first=named["_id"] if named else "")
        return {}


class SubscriptionsReadApi(Api):
    @endpoint(
        params=ReadParams,
        summary="Mark a room as read",
        description="Also removes the caller's queued notifications of this room. "
        f"`{NO_SUBSCRIPTION}`: the caller is not a member of the room.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        named = {params[name] for name in ("rid", "roomId") if name in params}
        if len(named) > 1:
            raise InvalidParamsError(["must match exactly one schema in oneOf"])
        room = Room.objects.filter(public_id__in=named).first()
        read_threads = params.get("readThreads", False)
        if room is None or not room_mark_read(user=caller_of(request), room=room, read_threads=read_threads):
            raise ApplicationError(NO_SUBSCRIPTION, NO_SUBSCRIPTION)
        return {}
