"""Rooms of any type: several settings at once, archiving and deleting."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint
from workspace.api.params import FlagParam, ObjectParam, Params, TextParam
from workspace.api.rooms.setting_params import TEXT_LENGTH, text_only
from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, User
from workspace.selectors.room_search import may_administer_rooms
from workspace.selectors.rooms import can_read
from workspace.services.room_changes.all_settings import room_settings_save
from workspace.services.room_changes.state import room_archive, room_delete, room_reopen


class SaveRoomSettingsParams(Params):
    """The room, and the settings to change."""

    rid = TextParam()
    roomName = TextParam(required=False, max_length=255)
    roomTopic = TextParam(required=False, allow_blank=True, max_length=1000)
    roomDescription = TextParam(required=False, allow_blank=True, max_length=TEXT_LENGTH)
    roomAnnouncement = TextParam(required=False, allow_blank=True, max_length=TEXT_LENGTH)
    roomType = TextParam(required=False, help_text=f"`{RoomType.CHANNEL}` or `{RoomType.PRIVATE}`.")
    roomCustomFields = ObjectParam(required=False)
    readOnly = FlagParam(required=False)
    reactWhenReadOnly = FlagParam(required=False)
    default = FlagParam(required=False)
    featured = FlagParam(required=False)
    joinCode = TextParam(required=False, allow_blank=True, max_length=255)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        # Those that do not exist here are passed on, because all of them are refused together.
        return {**{name: data[name] for name in data if name not in self.fields}, **values}


class RoomIdResult(SuccessResult):
    """The room's id."""

    rid = serializers.CharField()


class ArchivationParams(Params):
    """The room, and what to do with it."""

    rid = TextParam()
    action = TextParam(required=False, allow_blank=True, help_text="`archive`; anything else reopens the room.")


class RoomDeleteParams(Params):
    """The room."""

    missing_errors = {"roomId": text_only("The 'roomId' param is required")}

    roomId = TextParam()


def managed_room(user: User, public_id: str) -> Room:
    """Return the room; raises `error-invalid-room` also if the user may neither read it nor administer rooms."""
    room = Room.objects.filter(public_id=public_id, deleted_at=None).first()
    if room is None or not (can_read(user=user, room=room) or may_administer_rooms(user)):
        raise ApplicationError("error-invalid-room", "Invalid room")
    return room


class SaveRoomSettingsApi(Api):
    @endpoint(
        params=SaveRoomSettingsParams,
        result=RoomIdResult,
        summary="Change several settings of a room",
        description="All of them, or none. `error-action-not-allowed`: the caller may not change one of them. "
        "`error-invalid-settings`: one of them does not exist here, such as those of files and encryption.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, rid = caller_of(request), params.pop("rid")
        room_settings_save(editor=user, room=managed_room(user, rid), values=params)
        return {"rid": rid}


class ChangeArchivationStateApi(Api):
    @endpoint(
        params=ArchivationParams,
        summary="Archive or reopen a room",
        description="`error-not-authorized`: the caller may not. `error-direct-message-room`: a direct room cannot be "
        "archived.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = managed_room(user, params["rid"])
        if params.get("action") == "archive":
            room_archive(archiver=user, room=room)
        else:
            room_reopen(opener=user, room=room)
        return {}


class RoomsDeleteApi(Api):
    @endpoint(
        params=RoomDeleteParams,
        summary="Delete a room",
        description="With its memberships, the texts of its messages and queued notifications. `error-not-allowed`: "
        "the caller may not.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room_delete(deleter=user, room=managed_room(user, params["roomId"]))
        return {}


MANAGING_ENDPOINTS: dict[str, type[Api]] = {
    "v1/rooms.saveRoomSettings": SaveRoomSettingsApi,
    "v1/rooms.changeArchivationState": ChangeArchivationStateApi,
    "v1/rooms.delete": RoomsDeleteApi,
}
