"""The caller's own view of a room: hiding and showing it, favorites, and leaving."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.params import FlagParam, Params, TextParam
from workspace.api.rooms.any_type import RoomParams, room_from_params
from workspace.api.rooms.kinds import CHANNELS, GROUPS, Kind
from workspace.api.rooms.setting_params import text_only
from workspace.errors import ApplicationError, NotInRoomError, UnauthorizedError
from workspace.models import Room, RoomType, User
from workspace.selectors.rooms import can_read, room_by_id_or_name, subscription_of
from workspace.services.room_changes.shown import room_favorite, room_hide
from workspace.services.rooms import room_leave, room_show


class AnyRoomParams(Params):
    """The room, by id if both are given."""

    any_of = ("roomId", "roomName")

    roomId = TextParam(required=False)
    roomName = TextParam(required=False)


class FavoriteParams(AnyRoomParams):
    """The room, and whether it is a favorite."""

    favorite = FlagParam()


class RoomIdParams(Params):
    """The room."""

    roomId = TextParam()


class DirectCloseParams(Params):
    """The direct room."""

    missing_errors = {"roomId": ApplicationError("error-room-param-not-provided", 'Body param "roomId" is required')}

    roomId = TextParam()


def open_room_from(user: User, params: dict[str, Any]) -> Room:
    """Return the room in the parameters, which the user may read; raises `error-room-archived`."""
    room = room_from_params(user, params)
    if room.is_archived:
        raise ApplicationError("error-room-archived", f"The channel, {room.name}, is archived")
    return room


def close_api(kind: Kind) -> type[Api]:
    """Return the endpoint that hides a room from the caller's list."""

    class CloseApi(Api):
        @endpoint(
            params=RoomParams,
            summary=f"Hide a {kind.words} from the caller's list",
            description="The caller remains a member. A room that is hidden already is an error.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_room(request, params)
            if kind is CHANNELS and subscription_of(user=caller_of(request), room=room) is None:
                raise text_only(f'The user/callee is not in the channel "{room.name}.')
            if not room_hide(user=caller_of(request), room=room):
                raise text_only(f"The {kind.words}, {room.name}, is already closed to the sender")
            return {}

    return CloseApi


class DirectCloseApi(Api):
    @endpoint(
        params=DirectCloseParams,
        summary="Hide a direct room from the caller's list",
        description="A new message shows it again. A room that is hidden already is an error.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, room = caller_of(request), room_by_id_or_name(public_id=params["roomId"])
        if room.type != RoomType.DIRECT or not can_read(user=user, room=room):
            raise UnauthorizedError()
        if not room_hide(user=user, room=room):
            raise text_only("The direct message room, is already closed to the sender")
        return {}


class FavoriteApi(Api):
    @endpoint(
        params=FavoriteParams,
        summary="Add a room to the caller's favorites, or remove it",
        description="`error-invalid-subscription`: the caller is not a member of the room.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room_favorite(user=user, room=open_room_from(user, params), is_favorite=params["favorite"])
        return {}


class RoomsLeaveApi(Api):
    @endpoint(
        params=AnyRoomParams,
        summary="Leave a room",
        description="`error-not-allowed`: direct rooms cannot be left. `error-you-are-last-owner`: another member must "
        "become an owner first. `error-user-not-in-room`: the caller is not a member.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room_leave(user=user, room=open_room_from(user, params), keeps_owner=True)
        return {}


class RoomsOpenApi(Api):
    @endpoint(
        params=RoomIdParams,
        summary="Show a room in the caller's list",
        description="If it is already shown, nothing changes. `error-user-not-in-room`: the caller is not a member.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        if not room_show(user=user, room=room_from_params(user, params)):
            raise NotInRoomError()
        return {}


class RoomsHideApi(Api):
    @endpoint(
        params=RoomIdParams,
        summary="Hide a room from the caller's list",
        description="The caller remains a member. If it is already hidden, nothing changes. A new message shows a "
        "direct room again.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room_hide(user=user, room=room_from_params(user, params))
        return {}


OWN_ENDPOINTS: dict[str, type[Api]] = {
    "v1/channels.close": close_api(CHANNELS),
    "v1/groups.close": close_api(GROUPS),
    "v1/im.close": DirectCloseApi,
    "v1/dm.close": DirectCloseApi,
    "v1/rooms.favorite": FavoriteApi,
    "v1/rooms.leave": RoomsLeaveApi,
    "v1/rooms.open": RoomsOpenApi,
    "v1/rooms.hide": RoomsHideApi,
    "v1/rooms.close": RoomsHideApi,
}
