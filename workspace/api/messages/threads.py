"""Reading, following and unfollowing threads."""

from __future__ import annotations

from functools import partial
from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.messages.objects import messages_of
from workspace.api.messages.reading import BY_TIME, MessagesPage
from workspace.api.paging import PagingParams, ordering_of, page_of
from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError
from workspace.selectors.messages import message_shown_to
from workspace.selectors.room_messages import replies_shown
from workspace.services.threads import thread_follow, thread_unfollow

MID_MISSING = 'The required "mid" body param is missing.'


class ThreadParams(Params):
    """The message."""

    missing_errors = {"mid": ApplicationError(MID_MISSING)}

    mid = TextParam(help_text="The first message of the thread, or a reply in it.")


class ThreadMessagesParams(PagingParams):
    """The thread; `sort` supports only `ts`."""

    missing_errors = {"tmid": ApplicationError("error-invalid-params", 'The required "tmid" query param is missing.')}

    tmid = TextParam(help_text="The first message of the thread, or a reply in it.")


class FollowMessageApi(Api):
    @endpoint(
        params=ThreadParams,
        summary="Follow a thread",
        description="The caller is notified of new replies. Replying in a thread, or being mentioned in it, has the "
        "same effect.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        thread_follow(user=caller_of(request), public_id=params["mid"])
        return {}


class UnfollowMessageApi(Api):
    @endpoint(params=ThreadParams, summary="Stop following a thread")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        thread_unfollow(user=caller_of(request), public_id=params["mid"])
        return {}


class ThreadMessagesApi(Api):
    @endpoint(
        params=ThreadMessagesParams,
        result=MessagesPage,
        summary="The replies in a thread",
        description="Without the first message; the earliest first, unless `sort` specifies another order. A thread "
        "in a room that the caller may not read is reported as unknown.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        message = message_shown_to(user=user, public_id=params["tmid"])
        thread = message and (message.parent or message)
        if thread is None or thread.deleted_at is not None:
            raise ApplicationError("error-invalid-message", "Invalid message")
        order = ordering_of(params, BY_TIME, default={"ts": 1})
        represent = partial(messages_of, viewer=user)
        return page_of(replies_shown(thread).order_by(*order), params, name="messages", represent=represent)
