"""Channels and private groups: the same endpoints for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.paging import PagingParams
from workspace.api.rooms.any_type import RoomParams, rooms_page
from workspace.api.rooms.kinds import (
    CHANNELS,
    GROUPS,
    ChannelResult,
    Kind,
    RoomInviteParams,
    RoomJoinParams,
    RoomMembersParams,
)
from workspace.api.rooms.members import MembersPage, members_page
from workspace.api.rooms.people import people_from_params
from workspace.errors import NotInRoomError
from workspace.selectors.accounts import users_by_names
from workspace.services.rooms import room_create, room_invite, room_join, room_leave, room_show


def list_api(kind: Kind) -> type[Api]:
    """Return the endpoint that lists rooms of this kind."""

    class ListApi(Api):
        @endpoint(
            params=PagingParams,
            result=kind.page,
            summary=f"The {kind.words}s",
            description=f"{kind.listed} Ordered by name, or sorted by `name`, `ts`, `lm`, `msgs` or `usersCount`.",
        )
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            return rooms_page(caller_of(request), params, kind.room_type, name=f"{kind.name}s", default={"name": 1})

    return ListApi


def info_api(kind: Kind) -> type[Api]:
    """Return the endpoint for a single room."""

    class InfoApi(Api):
        @endpoint(
            params=RoomParams,
            result=kind.result,
            summary=f"A {kind.words}",
            description="By `roomId` or `roomName`. A room that the caller may not read is reported as unknown.",
        )
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            return kind.room_result(kind.find_room(request, params))

    return InfoApi


def members_api(kind: Kind) -> type[Api]:
    """Return the endpoint that lists the members of a room."""

    class MembersApi(Api):
        @endpoint(
            params=RoomMembersParams,
            result=MembersPage,
            summary=f"Members of a {kind.words}",
            description="By `roomId` or `roomName`. Active accounts only, ordered by username.",
        )
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            return members_page(kind.find_room(request, params), params)

    return MembersApi


def create_api(kind: Kind) -> type[Api]:
    """Return the endpoint that creates a room."""

    class CreateApi(Api):
        @endpoint(params=kind.create_params, result=kind.result, summary=f"Create a {kind.words}")
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = room_create(
                creator=caller_of(request),
                type=kind.room_type,
                name=params["name"],
                members=users_by_names(params.get("members", [])),
                is_read_only=params.get("readOnly", False),
                creator_joins=not params.get("excludeSelf", False),
            )
            return kind.room_result(room)

    return CreateApi


def invite_api(kind: Kind) -> type[Api]:
    """Return the endpoint that adds users to a room."""

    class InviteApi(Api):
        @endpoint(params=RoomInviteParams, result=kind.result, summary=f"Add users to a {kind.words}")
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_room(request, params)
            room_invite(inviter=caller_of(request), room=room, users=people_from_params(params))
            return kind.room_result(room)

    return InviteApi


def leave_api(kind: Kind) -> type[Api]:
    """Return the endpoint that lets the caller leave a room."""

    class LeaveApi(Api):
        @endpoint(
            params=RoomParams,
            result=kind.result,
            summary=f"Leave a {kind.words}",
            description="`error-you-are-last-owner`: another member must become an owner first. "
            "`error-user-not-in-room`: the caller is not a member.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_room(request, params)
            room_leave(user=caller_of(request), room=room, keeps_owner=True)
            return kind.room_result(room)

    return LeaveApi


def open_api(kind: Kind) -> type[Api]:
    """Return the endpoint that shows a hidden room in the caller's list."""

    class OpenApi(Api):
        @endpoint(
            params=RoomParams,
            summary=f"Show a {kind.words} in the caller's list",
            description="If it is already shown, nothing changes. `error-user-not-in-room`: the caller is not a "
            "member.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            if not room_show(user=caller_of(request), room=kind.find_room(request, params)):
                raise NotInRoomError()
            return {}

    return OpenApi


class ChannelsJoinApi(Api):
    @endpoint(params=RoomJoinParams, result=ChannelResult, summary="Join a channel")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = CHANNELS.find_room(request, params)
        room_join(user=caller_of(request), room=room, join_code=params.get("joinCode") or "")
        return CHANNELS.room_result(room)


ENDPOINTS: dict[str, Callable[[Kind], type[Api]]] = {
    "list": list_api,
    "info": info_api,
    "members": members_api,
    "create": create_api,
    "invite": invite_api,
    "leave": leave_api,
    "open": open_api,
}

NAMED_ROOMS: dict[str, type[Api]] = {
    f"v1/{kind.name}s.{name}": make(kind) for kind in (CHANNELS, GROUPS) for name, make in ENDPOINTS.items()
} | {"v1/channels.join": ChannelsJoinApi}
