"""Endpoints for features that Callboard does not have: clients ask, and get the answer for a feature that is off."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.messages.access import room_allowed_by_code
from workspace.api.messages.objects import messages_of
from workspace.api.messages.reading import MessagesPage
from workspace.api.paging import PagingParams, page_of
from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import Message


class ReadReceiptsParams(Params):
    """The message."""

    messageId = TextParam()


class ReadReceiptsApi(Api):
    @endpoint(
        params=ReadReceiptsParams,
        summary="Who has read a message",
        description="Always `error-action-not-allowed`: there are no read receipts, as `Message_Read_Receipt_Enabled` "
        "says.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        raise ApplicationError("error-action-not-allowed", "This is an enterprise feature")


class DiscussionsParams(PagingParams):
    """The room."""

    roomId = TextParam()
    text = TextParam(required=False, allow_blank=True, help_text="A part of the discussion's name.")


class DiscussionsApi(Api):
    @endpoint(
        params=DiscussionsParams,
        result=MessagesPage,
        summary="The discussions of a room",
        description="Always empty: there are no discussions. `error-not-allowed`: the caller may not read the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room_allowed_by_code(caller_of(request), params["roomId"])
        return page_of(Message.objects.none(), params, name="messages", represent=messages_of)
