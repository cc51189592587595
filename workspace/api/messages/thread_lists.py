"""Lists of a room's threads."""

from __future__ import annotations

from functools import partial
from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.messages.access import room_allowed
from workspace.api.messages.objects import MessageObject, messages_of
from workspace.api.paging import PageResult, PagingParams, ordering_of, page_of
from workspace.api.params import ChoiceParam, TextParam
from workspace.selectors.history.lists import FOLLOWING, UNREAD, threads_listed

SORTED_BY = {"ts": "sent_at", "tlm": "last_reply_at", "tcount": "reply_count"}


class ThreadsListParams(PagingParams):
    """The room, and which of its threads; `sort` supports `ts`, `tlm` and `tcount`."""

    rid = TextParam(help_text="The room's id.")
    type = ChoiceParam(
        required=False, choices=[FOLLOWING, UNREAD], help_text="Only threads that the caller follows, or has not read."
    )
    text = TextParam(required=False, allow_blank=True, help_text="A part of the first message's text.")


class ThreadsPage(PageResult):
    """A page of threads: their first messages."""

    threads = MessageObject(many=True)


class ThreadsListApi(Api):
    @endpoint(
        params=ThreadsListParams,
        result=ThreadsPage,
        summary="The threads of a room",
        description="The last replied one first, unless `sort` specifies another order. `error-not-allowed`: the "
        "caller may not read the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = room_allowed(user, params["rid"], message="Not Allowed")
        threads = threads_listed(room, user, kind=params.get("type", ""), words=params.get("text", ""))
        order = ordering_of(params, SORTED_BY, default={"tlm": -1})
        represent = partial(messages_of, viewer=user)
        return page_of(threads.order_by(*order), params, name="threads", represent=represent)
