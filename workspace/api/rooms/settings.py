"""Settings of channels and private groups: name, texts, type, and what members may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.rooms.kinds import CHANNELS, GROUPS, ChannelResult, Kind
from workspace.api.rooms.setting_params import (
    RoomAnnouncementParams,
    RoomAnnouncementResult,
    RoomCustomFieldsParams,
    RoomDefaultParams,
    RoomDescriptionParams,
    RoomDescriptionResult,
    RoomJoinCodeParams,
    RoomNameParams,
    RoomPurposeParams,
    RoomPurposeResult,
    RoomReadOnlyParams,
    RoomTopicParams,
    RoomTopicResult,
    RoomTypeParams,
    text_only,
)
from workspace.errors import ApplicationError
from workspace.services.room_changes.settings import (
    room_announcement_change,
    room_custom_fields_set,
    room_default_set,
    room_description_change,
    room_join_code_set,
    room_read_only_set,
    room_rename,
    room_topic_change,
    room_type_change,
)

REFUSED = "`error-action-not-allowed`: the caller may not edit the room."


def same_value(kind: Kind, setting: str) -> ApplicationError:
    """Return the error for a value that is already set."""
    return text_only(f"The {kind.words} {setting} is the same as what it would be changed to.")


def rename_api(kind: Kind) -> type[Api]:
    """Return the endpoint that renames a room."""

    class RenameApi(Api):
        @endpoint(
            params=RoomNameParams,
            result=kind.result,
            summary=f"Rename a {kind.words}",
            description=f"{REFUSED} `error-invalid-room-name`, `error-duplicate-channel-name`: the name is invalid or "
            "taken.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            if room.name == params["name"] and kind is CHANNELS:
                raise text_only("The channel name is the same as what it would be renamed to.")
            room_rename(editor=caller_of(request), room=room, name=params["name"])
            return kind.room_result(room)

    return RenameApi


def set_topic_api(kind: Kind) -> type[Api]:
    """Return the endpoint that changes the topic."""

    class SetTopicApi(Api):
        @endpoint(
            params=RoomTopicParams,
            result=RoomTopicResult,
            summary=f"Change the topic of a {kind.words}",
            description=REFUSED,
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            if room.topic == params["topic"] and kind is CHANNELS:
                raise same_value(kind, "topic")
            room_topic_change(editor=caller_of(request), room=room, topic=params["topic"])
            return {"topic": room.topic}

    return SetTopicApi


def set_description_api(kind: Kind) -> type[Api]:
    """Return the endpoint that changes the description."""

    class SetDescriptionApi(Api):
        @endpoint(
            params=RoomDescriptionParams,
            result=RoomDescriptionResult,
            summary=f"Change the description of a {kind.words}",
            description=REFUSED,
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            if room.description == params["description"] and kind is CHANNELS:
                raise same_value(kind, "description")
            room_description_change(editor=caller_of(request), room=room, description=params["description"])
            return {"description": room.description}

    return SetDescriptionApi


def set_purpose_api(kind: Kind) -> type[Api]:
    """Return the endpoint that changes the description, under its older name."""

    class SetPurposeApi(Api):
        @endpoint(
            params=RoomPurposeParams,
            result=RoomPurposeResult,
            summary=f"Change the purpose of a {kind.words}",
            description=f"The purpose is the description. {REFUSED}",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            if room.description == params["purpose"] and kind is CHANNELS:
                raise same_value(kind, "purpose (description)")
            room_description_change(editor=caller_of(request), room=room, description=params["purpose"])
            return {"purpose": room.description}

    return SetPurposeApi


def set_announcement_api(kind: Kind) -> type[Api]:
    """Return the endpoint that changes the announcement."""

    class SetAnnouncementApi(Api):
        @endpoint(
            params=RoomAnnouncementParams,
            result=RoomAnnouncementResult,
            summary=f"Change the announcement of a {kind.words}",
            description=REFUSED,
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            room_announcement_change(editor=caller_of(request), room=room, announcement=params["announcement"])
            return {"announcement": room.announcement}

    return SetAnnouncementApi


def set_read_only_api(kind: Kind) -> type[Api]:
    """Return the endpoint that makes a room read-only, or lets all members post."""

    class SetReadOnlyApi(Api):
        @endpoint(
            params=RoomReadOnlyParams,
            result=kind.result,
            summary=f"Make a {kind.words} read-only, or not",
            description="Owners, moderators and users with the permission `post-readonly` may still post. " + REFUSED,
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            if room.is_read_only == params["readOnly"]:
                raise same_value(kind, "read only setting")
            room_read_only_set(editor=caller_of(request), room=room, is_read_only=params["readOnly"])
            return kind.room_result(room)

    return SetReadOnlyApi


def set_type_api(kind: Kind) -> type[Api]:
    """Return the endpoint that makes a room public or private."""

    class SetTypeApi(Api):
        @endpoint(
            params=RoomTypeParams,
            result=kind.result,
            summary=f"Change the type of a {kind.words}",
            description=f"The members remain. {REFUSED} `error-invalid-room-type`: the type is neither `c` nor `p`.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            if room.type == params["type"]:
                raise same_value(kind, "type")
            room_type_change(editor=caller_of(request), room=room, type=params["type"])
            return kind.room_result(room)

    return SetTypeApi


def set_custom_fields_api(kind: Kind) -> type[Api]:
    """Return the endpoint that stores data of clients with a room."""

    class SetCustomFieldsApi(Api):
        @endpoint(
            params=RoomCustomFieldsParams,
            result=kind.result,
            summary=f"Store data of clients with a {kind.words}",
            description=f"Replaces the previous data. {REFUSED} `error-invalid-custom-fields`: more than 10,000 "
            "characters of JSON.",
        )
        def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = kind.find_open_room(request, params)
            room_custom_fields_set(editor=caller_of(request), room=room, custom_fields=params["customFields"])
            return kind.room_result(room)

    return SetCustomFieldsApi


class SetDefaultApi(Api):
    @endpoint(
        params=RoomDefaultParams,
        result=ChannelResult,
        summary="Let new accounts join a channel, or not",
        description="`error-action-not-allowed`: the caller lacks the permission `view-room-administration`, or "
        "may not edit the room.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = CHANNELS.find_open_room(request, params)
        if room.is_joined_by_new_accounts == params["default"]:
            raise same_value(CHANNELS, "default setting")
        room_default_set(editor=caller_of(request), room=room, is_default=params["default"])
        return CHANNELS.room_result(room)


class SetJoinCodeApi(Api):
    @endpoint(
        params=RoomJoinCodeParams,
        result=ChannelResult,
        summary="Require a code for joining a channel",
        description=f"Members stay members. {REFUSED}",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = CHANNELS.find_open_room(request, params)
        room_join_code_set(editor=caller_of(request), room=room, join_code=params["joinCode"])
        return CHANNELS.room_result(room)


ENDPOINTS: dict[str, Callable[[Kind], type[Api]]] = {
    "rename": rename_api,
    "setTopic": set_topic_api,
    "setDescription": set_description_api,
    "setPurpose": set_purpose_api,
    "setAnnouncement": set_announcement_api,
    "setReadOnly": set_read_only_api,
    "setType": set_type_api,
    "setCustomFields": set_custom_fields_api,
}

SETTING_ENDPOINTS: dict[str, type[Api]] = {
    f"v1/{kind.name}s.{name}": make(kind) for kind in (CHANNELS, GROUPS) for name, make in ENDPOINTS.items()
} | {"v1/channels.setDefault": SetDefaultApi, "v1/channels.setJoinCode": SetJoinCodeApi}
