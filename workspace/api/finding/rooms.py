"""Completion of room names, and all rooms for administrators."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.paging import OffsetParams, PageResult, PagingParams, ordering_of, page_of
from workspace.api.params import ListParam, Params, TextParam
from workspace.api.rooms.any_type import SORTED_BY
from workspace.api.rooms.objects import RoomObject, room_of, rooms_of
from workspace.api.rooms.setting_params import text_only
from workspace.models import Room, RoomType
from workspace.selectors.room_search import own_rooms_beginning, owned_rooms_beginning, rooms_administered

# The number of completions.
MAX_COMPLETIONS = 10
# Clients add brackets to the name of a repeated query parameter.
TYPES = "types[]"


class SelectorParam(TextParam):
    """A JSON object with the beginning of a name, such as `{"name": "op"}`."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            selector = json.loads(super().to_internal_value(data))
        except (ValueError, RecursionError):
            selector = None
        name = selector.get("name", "") if isinstance(selector, dict) else None
        if not isinstance(name, str):
            raise text_only("The 'selector' param is invalid")
        return name.strip()


class SelectorParams(Params):
    """The beginning of the name."""

    missing_errors = {"selector": text_only("The 'selector' param is required")}

    selector = SelectorParam()


class SelectorPageParams(SelectorParams, OffsetParams):
    """The beginning of the name, and the page."""


class RoomNameObject(Result):
    """A room whose name begins with what was typed."""

    _id = serializers.CharField()
    t = serializers.ChoiceField(choices=RoomType.choices)
    name = serializers.CharField()
    fname = serializers.CharField()


class CompletionsResult(SuccessResult):
    """The rooms, by name."""

    items = RoomNameObject(many=True)


class CompletionsPage(CompletionsResult):
    """A page of the rooms, by name."""

    total = serializers.IntegerField()


class TypesParam(ListParam):
    """Types of rooms, each in its own parameter, with or without brackets after the name."""

    def get_value(self, dictionary: Any) -> Any:
        return [*dictionary.getlist(TYPES), *dictionary.getlist("types")] or serializers.empty


class AdminRoomsParams(PagingParams):
    """Filters for rooms."""

    filter = TextParam(required=False, allow_blank=True, help_text="Part of the name, or of a member's username.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        types = TypesParam(
            child=TextParam(), required=False, help_text="`c`, `p` or `d`. There are no rooms of other types."
        )
        return {**super().get_fields(), TYPES: types}


class AdminRoomsPage(PageResult):
    """A page of rooms."""

    rooms = RoomObject(many=True)


class AdminRoomParams(Params):
    """The room."""

    rid = TextParam(required=False, allow_blank=True)


class AdminRoomResult(RoomObject, SuccessResult):
    """The room."""


class AvailableForTeamsParams(Params):
    """The beginning of the name."""

    name = TextParam(required=False, allow_blank=True)


def completions(rooms: Iterable[Room]) -> list[dict[str, Any]]:
    """Return the rooms with their names."""
    return [{"_id": room.public_id, "t": room.type, "name": room.name, "fname": room.name} for room in rooms]


class AdminRoomsApi(Api):
    @endpoint(
        params=AdminRoomsParams,
        result=AdminRoomsPage,
        summary="All rooms",
        description="Ordered by name. `error-not-authorized`: the caller does not have the permission "
        "`view-room-administration`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        words, types = params.get("filter", "").strip(), params.get(TYPES, ())
        rooms = rooms_administered(caller_of(request), words=words, types=types)
        order = ordering_of(params, {**SORTED_BY, "t": "type"}, default={"name": 1})
        return page_of(rooms.order_by(*order), params, name="rooms", represent=rooms_of)


class AdminRoomApi(Api):
    @endpoint(
        params=AdminRoomParams,
        result=AdminRoomResult,
        summary="Any room",
        description="`error-not-authorized`: the caller does not have the permission `view-room-administration`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = rooms_administered(caller_of(request)).filter(public_id=params.get("rid", "")).first()
        if room is None:
            raise text_only("not-allowed")
        return room_of(room)


class AdminRoomsCompletionApi(Api):
    @endpoint(
        params=SelectorParams,
        result=CompletionsResult,
        summary="Complete the name of any room",
        description=f"Up to {MAX_COMPLETIONS} channels and groups. `error-not-authorized`: the caller lacks the "
        "permission `view-room-administration`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        rooms = rooms_administered(caller_of(request), types=(RoomType.CHANNEL, RoomType.PRIVATE))
        beginning = rooms.filter(name__istartswith=params["selector"]).order_by("name")
        return {"items": completions(beginning[:MAX_COMPLETIONS])}


class OwnRoomsCompletionApi(Api):
    @endpoint(
        params=SelectorParams,
        result=CompletionsResult,
        summary="Complete the name of a channel or group that the caller is in",
        description=f"Up to {MAX_COMPLETIONS}.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        rooms = own_rooms_beginning(caller_of(request), params["selector"]).order_by("name")
        return {"items": completions(rooms[:MAX_COMPLETIONS])}


class OwnRoomsPageApi(Api):
    @endpoint(
        params=SelectorPageParams,
        result=CompletionsPage,
        summary="Complete the name of a channel or group that the caller is in, in pages",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        rooms = own_rooms_beginning(caller_of(request), params["selector"]).order_by("name")
        return page_of(rooms, params, name="items", represent=completions)


class AvailableForTeamsApi(Api):
    @endpoint(
        params=AvailableForTeamsParams,
        result=CompletionsResult,
        summary="Complete the name of a channel or group that the caller owns",
        description=f"Up to {MAX_COMPLETIONS}, which could be added to a team. There are no teams.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        rooms = owned_rooms_beginning(caller_of(request), params.get("name", "").strip()).order_by("name")
        return {"items": completions(rooms[:MAX_COMPLETIONS])}
