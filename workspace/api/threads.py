"""Following a thread, and ceasing to."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError
from workspace.services.threads import thread_follow, thread_unfollow

MID_MISSING = 'The required "mid" body param is missing.'


class ThreadParams(Params):
    """The message."""

    told_missing = {"mid": ApplicationError(MID_MISSING)}

    mid = TextParam(help_text="The message that begins the thread, or one in it.")


class FollowMessageApi(Api):
    @endpoint(
        params=ThreadParams,
        summary="Follow a thread",
        description="Its new replies notify the caller from then on, as replying in it or being mentioned in it does.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        thread_follow(user=caller_of(request), public_id=params["mid"])
        return {}


class UnfollowMessageApi(Api):
    @endpoint(params=ThreadParams, summary="Cease to follow a thread")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        thread_unfollow(user=caller_of(request), public_id=params["mid"])
        return {}
