"""Rooms of any type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import Timestamp
from workspace.api.paging import ordering_of, page_of
from workspace.api.params import Params, TextParam, TimestampParam
from workspace.api.rooms.objects import RoomObject, own_rooms, room_of, rooms_of
from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, User
from workspace.selectors.directory import rooms_listed
from workspace.selectors.rooms import room_not_found, room_readable_by
from workspace.selectors.subscriptions import rooms_left

ROOM_MISSING = "error-roomid-param-not-provided"
# The sort fields of room lists. A room without messages is sorted by its creation time.
SORTED_BY: dict[str, str | Expression] = {
    "name": "name__lower",
    "ts": "created_at",
    "lm": Coalesce("last_message_at", "created_at"),
    "msgs": "messages_count",
    "usersCount": "members_count",
}


class RoomParams(Params):
    """The room, by id if both are given."""

    any_of = ("roomId", "roomName")

    roomId = TextParam(required=False)
    roomName = TextParam(required=False)

    def combinations_check(self, values: Mapping[str, Any]) -> None:
        if not values.keys() & set(self.any_of):
            raise ApplicationError(ROOM_MISSING, 'The parameter "roomId" or "roomName" is required')


def room_from_params(user: User, params: Mapping[str, Any], type: RoomType | None = None) -> Room:
    """Return the room in the parameters; raises `error-room-not-found` also for another type or without access."""
    room = room_readable_by(user=user, public_id=params.get("roomId", ""), name=params.get("roomName", ""))
    if type is not None and room.type != type:
        raise room_not_found()
    return room


def rooms_page(
    user: User, params: Mapping[str, Any], type: RoomType, *, name: str, default: Mapping[str, int]
) -> dict[str, Any]:
    """Return the requested page of the rooms that the user may list."""
    rooms = rooms_listed(user, type).order_by(*ordering_of(params, SORTED_BY, default=default))
    return page_of(rooms, params, name=name, represent=rooms_of)


class RoomsGetParams(Params):
    """All rooms, or those that have changed."""

    updatedSince = TimestampParam(
        required=False, help_text="Only rooms that have changed since, and rooms that were left since."
    )


class RoomGoneObject(Result):
    """A room that the caller has left."""

    _id = serializers.CharField()
    _deletedAt = Timestamp()


class RoomsResult(SuccessResult):
    """Existing and removed rooms."""

    update = RoomObject(many=True)  # type: ignore[assignment]
    remove = RoomGoneObject(many=True)


class RoomResult(SuccessResult):
    """A room."""

    room = RoomObject()


class RoomsGetApi(Api):
    @endpoint(
        params=RoomsGetParams,
        result=RoomsResult,
        summary="The caller's rooms",
        description="With `updatedSince`, only rooms that have changed or that the caller has joined since, and the "
        "ids of rooms that they have left since.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, since = caller_of(request), params.get("updatedSince")
        gone = rooms_left(user, since) if since else {}
        return {
            "update": own_rooms(user, since),
            "remove": [{"_id": public_id, "_deletedAt": at} for public_id, at in gone.items()],
        }


class RoomsInfoApi(Api):
    @endpoint(
        params=RoomParams,
        result=RoomResult,
        summary="A room",
        description="By `roomId` or `roomName`. A room that the caller may not read is reported as unknown.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"room": room_of(room_from_params(caller_of(request), params))}
