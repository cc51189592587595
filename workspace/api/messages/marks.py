"""Reactions, stars and pins of messages."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from rest_framework.request import Request

from workspace.api.base import Api, caller_of, endpoint
from workspace.api.messages.access import room_allowed, room_allowed_by_code
from workspace.api.messages.objects import message_of, messages_of
from workspace.api.messages.reading import BY_TIME, MessageResult, MessagesPage
from workspace.api.paging import PagingParams, ordering_of, page_of
from workspace.api.params import FlagParam, Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import Message
from workspace.selectors.history.lists import messages_pinned, messages_starred
from workspace.services.message_marks.pins import message_pin, message_unpin
from workspace.services.message_marks.reactions import MAX_EMOJI, reaction_set
from workspace.services.message_marks.stars import star_set

EMOJI_MISSING = ApplicationError("error-emoji-param-not-provided", 'The required "emoji" param is missing.')
NOT_FOUND = "`error-message-not-found`: there is no such message."


class MarkedMessageParams(Params):
    """The message."""

    messageId = TextParam()


class ReactParams(MarkedMessageParams):
    """The message and the emoji, which some clients call `reaction`."""

    one_of = ("emoji", "reaction")

    emoji = TextParam(required=False, allow_blank=True, help_text="Its name, with or without colons.")
    reaction = TextParam(required=False, allow_blank=True, help_text="The same as `emoji`.")
    shouldReact = FlagParam(
        required=False,
        allow_null=True,
        help_text="Adds (true) or removes (false) the reaction. Without it, whichever changes something.",
    )


class RoomMessagesParams(PagingParams):
    """The room; `sort` supports only `ts`."""

    roomId = TextParam()


class ReactApi(Api):
    @endpoint(
        params=ReactParams,
        summary="React to a message",
        description=f"{NOT_FOUND} `error-not-allowed`: the name of the emoji is invalid, the caller is muted in the "
        f"room, or the message has {MAX_EMOJI} different reactions already. `not-authorized`: the caller may not read "
        "the room. Nobody is notified.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        message = message_with_id(params["messageId"])
        emoji = params.get("emoji") or params.get("reaction")
        if not emoji:
            raise EMOJI_MISSING
        reaction_set(user=caller_of(request), message=message, emoji=emoji, should_react=params.get("shouldReact"))
        return {}


class StarApi(Api):
    """Adds or removes the caller's star."""

    is_starred: ClassVar[bool]

    @endpoint(
        params=MarkedMessageParams,
        summary="Star a message, or remove the star",
        description=f"Only the caller sees it. {NOT_FOUND} `error-action-not-allowed`: starring is off. If the caller "
        "is not a member of the room, nothing changes.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        message = message_with_id(params["messageId"])
        star_set(user=caller_of(request), message=message, is_starred=self.is_starred)
        return {}


class StarMessageApi(StarApi):
    is_starred = True


class UnstarMessageApi(StarApi):
    is_starred = False


class StarredMessagesApi(Api):
    @endpoint(
        params=RoomMessagesParams,
        result=MessagesPage,
        summary="Messages in a room that the caller has starred",
        description="Newest first, unless `sort` specifies another order. `error-not-allowed`: the caller may not read "
        "the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = room_allowed_by_code(user, params["roomId"])
        starred = messages_starred(room, user).order_by(*ordering_of(params, BY_TIME, default={"ts": -1}))
        return page_of(starred, params, name="messages", represent=partial(messages_of, viewer=user))


class PinMessageApi(Api):
    @endpoint(
        params=MarkedMessageParams,
        result=MessageResult,
        summary="Pin a message",
        description="Returns the system message about it, or the message itself if it is pinned already. "
        f"{NOT_FOUND} `error-action-not-allowed`: pinning is off. `not-authorized`: the caller may not pin messages "
        "in the room. Nobody is notified.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, message = caller_of(request), message_with_id(params["messageId"])
        return {"message": message_of(message_pin(user=user, message=message), user)}


class UnpinMessageApi(Api):
    @endpoint(
        params=MarkedMessageParams,
        summary="Unpin a message",
        description=f"{NOT_FOUND} `error-action-not-allowed`: pinning is off. `error-invalid-message`: the caller is "
        "not a member of the room. `not-authorized`: they may not pin messages in it.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        message_unpin(user=caller_of(request), message=message_with_id(params["messageId"]))
        return {}


class PinnedMessagesApi(Api):
    @endpoint(
        params=RoomMessagesParams,
        result=MessagesPage,
        summary="Pinned messages of a room",
        description="Newest first, unless `sort` specifies another order. `error-not-allowed`: the caller may not read "
        "the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = room_allowed(user, params["roomId"])
        pinned = messages_pinned(room).order_by(*ordering_of(params, BY_TIME, default={"ts": -1}))
        return page_of(pinned, params, name="messages", represent=partial(messages_of, viewer=user))


def message_with_id(public_id: str) -> Message:
    """Return the message, which the caller may not be able to read; raises `error-message-not-found`."""
    message = Message.objects.select_related("room").filter(public_id=public_id, deleted_at=None).first()
    if message is None:
        raise ApplicationError(
            "error-message-not-found", 'The provided "messageId" does not match any existing message.'
        )
    return message
