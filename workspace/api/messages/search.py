"""Searching a room's messages."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint
from workspace.api.messages.access import room_allowed
from workspace.api.messages.objects import MessageObject, messages_of
from workspace.api.paging import OffsetParams, page_size
from workspace.api.params import TextParam
from workspace.errors import ApplicationError
from workspace.selectors.history.lists import SEARCHED_MESSAGES, messages_found

TEXT_MISSING = ApplicationError(
    "error-searchText-param-not-provided", 'The required "searchText" query param is missing.'
)


class SearchParams(OffsetParams):
    """The room, and the words to find."""

    roomId = TextParam()
    searchText = TextParam(allow_blank=True, max_length=1000)


class SearchResult(SuccessResult):
    """The messages that were found."""

    messages = MessageObject(many=True)


class SearchApi(Api):
    @endpoint(
        params=SearchParams,
        result=SearchResult,
        summary="Search a room",
        description="Messages that contain all the words, in any case, newest first. The last "
        f"{SEARCHED_MESSAGES:,} messages of the room are searched. `error-not-allowed`: the caller may not read the "
        "room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, offset = caller_of(request), params["offset"]
        if not params["searchText"].strip():
            raise TEXT_MISSING
        room = room_allowed(user, params["roomId"])
        messages = messages_found(room, params["searchText"])[offset : offset + page_size(params)]
        return {"messages": messages_of(messages, user)}
