"""Counters of rooms, who is online in them, and lists that are empty because there are no files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.objects import Timestamp
from workspace.api.paging import PageResult, PagingParams, page_of
from workspace.api.params import Params, TextParam
from workspace.api.rooms.any_type import RoomParams, room_from_params
from workspace.api.rooms.history import DirectMessagesParams, direct_room_for
from workspace.api.rooms.kinds import CHANNELS, GROUPS, Kind
from workspace.api.rooms.setting_params import text_only
from workspace.errors import ApplicationError, NotAllowedError, UnauthorizedError
from workspace.models import Room, RoomType, User
from workspace.selectors.accounts import user_by_id_or_name
from workspace.selectors.directory import members_online
from workspace.selectors.room_counters import room_counters
from workspace.selectors.room_search import may_administer_rooms
from workspace.selectors.rooms import can_read, room_by_id_or_name, room_not_found


class CountersParams(RoomParams):
    """The room, and the member, if it is not the caller."""

    userId = TextParam(required=False, help_text="Requires the permission `view-room-administration`.")


class DirectCountersParams(Params):
    """The direct room, and the member, if it is not the caller."""

    missing_errors = {"roomId": ApplicationError("error-room-param-not-provided", 'Query param "roomId" is required')}

    roomId = TextParam()
    userId = TextParam(required=False, help_text="Requires the permission `view-room-administration`.")


class CountersResult(SuccessResult):
    """The counters. All are null for a room that the user is not in, unless the caller administers rooms."""

    joined = serializers.BooleanField(help_text="Whether the user is a member and has not hidden the room.")
    members = serializers.IntegerField(allow_null=True)
    unreads = serializers.IntegerField(allow_null=True)
    unreadsFrom = Timestamp(allow_null=True)
    msgs = serializers.IntegerField(allow_null=True)
    latest = Timestamp(allow_null=True)
    userMentions = serializers.IntegerField(allow_null=True)


class FilesParams(RoomParams, PagingParams):
    """The room, and filters for its files."""

    name = TextParam(required=False, allow_blank=True)
    typeGroup = TextParam(required=False, allow_blank=True)


class DirectFilesParams(DirectMessagesParams):
    """The direct room, and filters for its files."""

    name = TextParam(required=False, allow_blank=True)
    typeGroup = TextParam(required=False, allow_blank=True)


class FilesPage(PageResult):
    """A page of files: none."""

    files = serializers.ListField(child=serializers.DictField())


class ImagesParams(PagingParams):
    """The room, and the image to begin with."""

    roomId = TextParam()
    startingFromId = TextParam(required=False)


class DiscussionsParams(RoomParams, PagingParams):
    """The room, and filters for its discussions."""

    text = TextParam(required=False, allow_blank=True)


class DiscussionsPage(PageResult):
    """A page of discussions: none."""

    discussions = serializers.ListField(child=serializers.DictField())


class OnlineParams(Params):
    """The room."""

    _id = TextParam(required=False)
    query = TextParam(required=False, help_text='A JSON object with `_id` or `name`, such as `{"name": "ops"}`.')


class QueriedRoomParams(Params):
    """The room in the JSON object."""

    _id = TextParam(required=False, allow_blank=True)
    name = TextParam(required=False, allow_blank=True)


class OnlineMemberObject(Result):
    """A member who is not offline."""

    _id = serializers.CharField()
    username = serializers.CharField()


class OnlineResult(SuccessResult):
    """The members who are not offline."""

    online = OnlineMemberObject(many=True)


def counters_of(caller: User, params: Mapping[str, Any], find_room: Callable[[User], Room]) -> dict[str, Any]:
    """Return the counters of the room that `find_room` returns for the user in the parameters."""
    administers = may_administer_rooms(caller)
    if "userId" in params and not administers:
        raise UnauthorizedError()
    user = user_by_id_or_name(public_id=params["userId"]) if "userId" in params else caller
    room = find_room(user)
    counters = room_counters(user=user, room=room)
    is_shown = administers or counters.subscription is not None
    return {
        "joined": counters.subscription is not None,
        "members": room.members_count if is_shown else None,
        "unreads": counters.unread,
        "unreadsFrom": counters.unread_since,
        "msgs": room.messages_count if is_shown else None,
        "latest": counters.last_message_at if is_shown else None,
        "userMentions": counters.mentions,
    }


def counters_api(kind: Kind) -> type[Api]:
    """Return the endpoint for the counters of a room."""

    class CountersApi(Api):
        @endpoint(params=CountersParams, result=CountersResult, summary=f"The caller's counters of a {kind.words}")
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            def find(user: User) -> Room:
                room = room_by_id_or_name(public_id=params.get("roomId", ""), name=params.get("roomName", ""))
                may_see = can_read(user=user, room=room) or may_administer_rooms(caller_of(request))
                if room.type != kind.room_type or not may_see:
                    raise room_not_found()
                if room.is_archived:
                    raise ApplicationError("error-room-archived", f"The {kind.words}, {room.name}, is archived")
                return room

            return counters_of(caller_of(request), params, find)

    return CountersApi


class DirectCountersApi(Api):
    @endpoint(
        params=DirectCountersParams,
        result=CountersResult,
        summary="The caller's counters of a direct room",
        description="`unauthorized`: the user is not in the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return counters_of(caller_of(request), params, lambda user: direct_room_for(user, params))


def no_files(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return an empty page of files."""
    return page_of([], params, name="files")


def files_api(kind: Kind) -> type[Api]:
    """Return the endpoint that lists files."""

    class FilesApi(Api):
        @endpoint(
            params=FilesParams, result=FilesPage, summary=f"The files in a {kind.words}", description="Always empty."
        )
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            kind.find_room(request, params)
            return no_files(params)

    return FilesApi


class DirectFilesApi(Api):
    @endpoint(
        params=DirectFilesParams, result=FilesPage, summary="The files in a direct room", description="Always empty."
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        direct_room_for(caller_of(request), params)
        return no_files(params)


class ImagesApi(Api):
    @endpoint(
        params=ImagesParams,
        result=FilesPage,
        summary="The images in a room",
        description="Always empty. `unauthorized`: the caller may not read the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = Room.objects.filter(public_id=params["roomId"]).first()
        if room is None or not can_read(user=caller_of(request), room=room):
            raise UnauthorizedError()
        return no_files(params)


class DiscussionsApi(Api):
    @endpoint(
        params=DiscussionsParams,
        result=DiscussionsPage,
        summary="The discussions of a room",
        description="Always empty.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room_from_params(caller_of(request), params)
        return page_of([], params, name="discussions")


def online_api(kind: Kind, word: str) -> type[Api]:
    """Return the endpoint that lists the members who are not offline."""

    class OnlineApi(Api):
        @endpoint(
            params=OnlineParams,
            result=OnlineResult,
            summary=f"Members of a {kind.words} who are not offline",
            description="By username. `error-not-allowed`: the caller may not read the room.",
        )
        def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
            room = queried_room(params, kind.room_type)
            if room is None:
                raise text_only(f"{word} does not exists")
            if not can_read(user=caller_of(request), room=room):
                raise NotAllowedError(message="Not Allowed")
            rows = members_online(room, at=timezone.now())
            return {"online": [{"_id": row["public_id"], "username": row["username"]} for row in rows]}

    return OnlineApi


def queried_room(params: Mapping[str, Any], type: RoomType) -> Room | None:
    """Return the room of this type that the query selects; raises an error for a query without id and name."""
    try:
        query = json.loads(params.get("query", "{}"))
    except (ValueError, RecursionError) as error:
        raise text_only("Invalid query") from error
    given = query if isinstance(query, dict) else {}
    wanted = QueriedRoomParams.read({name: value for name, value in given.items() if isinstance(value, str)})
    public_id, name = params.get("_id") or wanted.get("_id"), wanted.get("name")
    rooms = Room.objects.filter(type=type, deleted_at=None)
    if isinstance(public_id, str):
        return rooms.filter(public_id=public_id).first()
    if isinstance(name, str):
        return rooms.filter(name__lower=name.lower()).first()
    raise text_only("Invalid query")


COUNTER_ENDPOINTS: dict[str, type[Api]] = {
    **{f"v1/{kind.name}s.counters": counters_api(kind) for kind in (CHANNELS, GROUPS)},
    **{f"v1/{kind.name}s.files": files_api(kind) for kind in (CHANNELS, GROUPS)},
    **{f"v1/{prefix}.counters": DirectCountersApi for prefix in ("im", "dm")},
    **{f"v1/{prefix}.files": DirectFilesApi for prefix in ("im", "dm")},
    "v1/channels.online": online_api(CHANNELS, "Channel"),
    "v1/groups.online": online_api(GROUPS, "Group"),
    "v1/rooms.images": ImagesApi,
    "v1/rooms.getDiscussions": DiscussionsApi,
}
