"""A member's relation to a room."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.params import FlagParam, Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import Room
from workspace.services.reading import room_mark_read

NO_SUBSCRIPTION = "error-invalid-subscription"


class ReadParams(Params):
    """The room that was read."""

    any_of = ("rid", "roomId")

    rid = TextParam(required=False)
    roomId = TextParam(required=False)
    readThreads = FlagParam(required=False)


class SubscriptionsReadApi(Api):
    @endpoint(
        params=ReadParams,
        summary="Mark a room as read",
        description="Also removes the caller's queued notifications of this room. The error "
        f"`{NO_SUBSCRIPTION}` tells that the caller is in no such room.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = Room.objects.filter(public_id=params.get("rid") or params["roomId"]).first()
        if room is None or not room_mark_read(user=caller_of(request), room=room):
            raise ApplicationError(NO_SUBSCRIPTION, NO_SUBSCRIPTION)
        return {}
