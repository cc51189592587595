"""Archiving, reopening and deleting channels and private groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.rooms.any_type import RoomParams
from workspace.api.rooms.kinds import CHANNELS, GROUPS, Kind
from workspace.api.rooms.setting_params import text_only
from workspace.services.room_changes.state import room_archive, room_delete, room_reopen


def archive_api(kind: Kind) -> type[Api]:
    """Return the endpoint that archives a room."""

    class ArchiveApi(Api):
        @endpoint(
            params=RoomParams,
            summary=f"Archive a {kind.words}",
            description="Nobody can post in it or join it, but members can still read it. `error-not-authorized`: the "
            "caller may not archive it. `error-room-archived`: it is archived.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room_archive(archiver=caller_of(request), room=kind.find_open_room(request, params))
            return {}

    return ArchiveApi


def unarchive_api(kind: Kind) -> type[Api]:
    """Return the endpoint that reopens an archived room."""

    class UnarchiveApi(Api):
        @endpoint(
            params=RoomParams,
            summary=f"Reopen an archived {kind.words}",
            description="`error-not-authorized`: the caller may not.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_room(request, params)
            if not room.is_archived and kind is CHANNELS:
                raise text_only(f"The channel, {room.name}, is not archived")
            room_reopen(opener=caller_of(request), room=room)
            return {}

    return UnarchiveApi


def delete_api(kind: Kind) -> type[Api]:
    """Return the endpoint that deletes a room."""

    class DeleteApi(Api):
        @endpoint(
            params=RoomParams,
            summary=f"Delete a {kind.words}",
            description="With its memberships, the texts of its messages and queued notifications. "
            "`error-not-allowed`: the caller may not.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room_delete(deleter=caller_of(request), room=kind.find_room(request, params))
            return {}

    return DeleteApi


ENDPOINTS: dict[str, Callable[[Kind], type[Api]]] = {
    "archive": archive_api,
    "unarchive": unarchive_api,
    "delete": delete_api,
}

STATE_ENDPOINTS: dict[str, type[Api]] = {
    f"v1/{kind.name}s.{name}": make(kind) for kind in (CHANNELS, GROUPS) for name, make in ENDPOINTS.items()
}
