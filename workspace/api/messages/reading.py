"""Reading, editing and deleting messages."""

from __future__ import annotations

from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.messages.objects import MessageObject, message_of, messages_of
from workspace.api.messages.posting import EncryptedContent, empty_message_error
from workspace.api.objects import PersonObject, person_of
from workspace.api.paging import PageResult, PagingParams, ordering_of, page_of
from workspace.api.params import FlagParam, Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import Message, User
from workspace.selectors.messages import message_shown_to
from workspace.selectors.room_messages import mentions_shown
from workspace.selectors.rooms import room_readable_by
from workspace.services.messages import message_delete, message_edit

ID_MISSING = 'The "msgId" query parameter must be provided.'
# The sort fields of message lists.
BY_TIME = {"ts": "sent_at"}
OTHER_ROOM = "The room id provided does not match where the message is from."


class MessageIdParams(Params):
    """The message."""

    missing_errors = {"msgId": ApplicationError(ID_MISSING, ID_MISSING)}

    msgId = TextParam()


class MessageResult(SuccessResult):
    """A message."""

    message = MessageObject()


class MessageUpdateParams(Params):
    """The message and its new content: `text`, or encrypted `content`."""

    missing_errors = {
        "msgId": ApplicationError("error-messageid-param-not-provided", 'The required "messageId" param is missing.')
    }
    any_of = ("text", "content")

    roomId = TextParam(help_text="The room of the message.")
    msgId = TextParam()
    text = TextParam(required=False, allow_blank=True)
    content = EncryptedContent(required=False)


class MessageDeleteParams(Params):
    """The message."""

    roomId = TextParam(help_text="The room of the message.")
    msgId = TextParam()
    asUser = FlagParam(required=False, help_text="Ignored: the message is always deleted as the caller.")


class DeletedMessageObject(Result):
    """The deleted message."""

    _id = serializers.CharField()
    rid = serializers.CharField()
    u = PersonObject()


class MessageDeleteResult(SuccessResult):
    """The message that was deleted."""

    _id = serializers.CharField()
    ts = serializers.CharField(help_text="The time of deletion in epoch milliseconds.")
    message = DeletedMessageObject()


class MessagesPage(PageResult):
    """A page of messages."""

    messages = MessageObject(many=True)


class MentionedMessagesParams(PagingParams):
    """The room; `sort` supports only `ts`."""

    roomId = TextParam()


class GetMessageApi(Api):
    @endpoint(
        params=MessageIdParams,
        result=MessageResult,
        summary="A message",
        description="A message in a room that the caller may not read is reported as unknown.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        return {"message": message_of(message_for(user, params["msgId"]), user)}


class MessageUpdateApi(Api):
    @endpoint(
        params=MessageUpdateParams,
        result=MessageResult,
        summary="Edit a message",
        description="Only the author may edit a message, as long as they may post in the room. `text` replaces the "
        "text; `content` replaces the content of an encrypted message. Mentions are resolved again, but "
        "nobody is notified again. Pending notifications contain the new text.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        editor = caller_of(request)
        message = message_in_room(editor, params)
        if not (params.get("text") or params.get("content")):
            raise empty_message_error()
        message_edit(editor=editor, message=message, text=params.get("text", ""), content=params.get("content"))
        return {"message": message_of(message, editor)}


class MessageDeleteApi(Api):
    @endpoint(
        params=MessageDeleteParams,
        result=MessageDeleteResult,
        summary="Delete a message",
        description="Only the author and administrators may delete a message. Its pending notifications are dropped.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        deleter = caller_of(request)
        message = message_in_room(deleter, params)
        message_delete(deleter=deleter, message=message)
        assert message.deleted_at is not None
        deleted = {"_id": message.public_id, "rid": message.room.public_id, "u": person_of(message.sender)}
        return {"_id": message.public_id, "ts": str(int(message.deleted_at.timestamp() * 1000)), "message": deleted}


class MentionedMessagesApi(Api):
    @endpoint(
        params=MentionedMessagesParams,
        result=MessagesPage,
        summary="Messages in a room that mention the caller",
        description="Mentions by name, in the room and its threads; the latest first, unless `sort` specifies another"
        " order.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = room_readable_by(user=user, public_id=params["roomId"])
        order = ordering_of(params, BY_TIME, default={"ts": -1})
        represent = partial(messages_of, viewer=user)
        return page_of(mentions_shown(room, user).order_by(*order), params, name="messages", represent=represent)


def message_for(user: User, public_id: str) -> Message:
    """Return a message that the user may read; raises the error that clients expect for an unknown one."""
    message = message_shown_to(user=user, public_id=public_id)
    if message is None:
        unknown = f'No message found with the id of "{public_id}".'
        raise ApplicationError(unknown, unknown)
    return message


def message_in_room(user: User, params: dict[str, Any]) -> Message:
    """Return the message in the parameters, which must belong to the room in the parameters."""
    message = message_for(user, params["msgId"])
    if message.room.public_id != params["roomId"]:
        raise ApplicationError(OTHER_ROOM, OTHER_ROOM)
    return message
