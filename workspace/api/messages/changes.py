"""Changes of messages since a client looked, so that it can update what it has stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.messages.access import room_allowed
from workspace.api.messages.objects import MessageObject, messages_of
from workspace.api.objects import Timestamp
from workspace.api.paging import MAX_ITEMS, MAX_OFFSET, NOT_INTEGER, OffsetParams, PageResult, page_of
from workspace.api.params import ChoiceParam, Params, TextParam, TimestampParam
from workspace.errors import ApplicationError
from workspace.models import Message, Room, User
from workspace.selectors.history.changes import (
    changes_page,
    messages_changed,
    messages_deleted,
    replies_changed,
    replies_deleted,
    threads_changed,
    threads_deleted,
)
from workspace.selectors.history.loading import NEWEST_FIRST, OLDEST_FIRST
from workspace.selectors.history.times import EPOCH, MILLISECOND
from workspace.selectors.messages import message_shown_to

UPDATED, DELETED = "UPDATED", "DELETED"
MAX_PAGE = 1000
PAGE_COUNT = 20


class GoneMessageObject(Result):
    """A deleted message."""

    _id = serializers.CharField()
    _deletedAt = Timestamp()


class MessageIdObject(Result):
    """The id of a message."""

    _id = serializers.CharField()


@extend_schema_field({"type": "string", "pattern": "^[0-9]{1,16}$"})
class CursorParam(TextParam):
    """A time in epoch milliseconds, from a former page or the client's clock."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            return EPOCH + int(text) * MILLISECOND if text.isascii() and text.isdigit() else wrong_cursor()
        except (OverflowError, ValueError):
            return wrong_cursor()


def wrong_cursor() -> datetime:
    """Raise the error that clients expect for a cursor that is not a time."""
    raise ApplicationError("Invalid Date", "Invalid Date")


class LastUpdateParam(TimestampParam):
    """A date and time; clients know the error for anything else."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return super().to_internal_value(value)
        except serializers.ValidationError as error:
            sentence = 'The "lastUpdate" query parameter must be a valid date'
            raise ApplicationError("error-lastUpdate-param-invalid", sentence) from error


class SyncMessagesParams(Params):
    """The room, and either `lastUpdate` or, page by page, `type` with `next` or `previous`."""

    roomId = TextParam()
    lastUpdate = LastUpdateParam(required=False, help_text="All changes since this time.")
    type = ChoiceParam(required=False, choices=[UPDATED, DELETED], help_text="The changes to return in pages.")
    next = CursorParam(required=False, help_text="The changes after this cursor.")
    previous = CursorParam(required=False, help_text="The changes before this cursor, nearest first.")
    count = serializers.IntegerField(
        required=False,
        default=PAGE_COUNT,
        min_value=0,
        max_value=MAX_OFFSET,
        error_messages=NOT_INTEGER,
        help_text=f"The number of changes in a page, at most {MAX_PAGE}.",
    )

    def combinations_check(self, values: Mapping[str, Any]) -> None:
        is_cursor = "next" in values or "previous" in values
        if not values.keys() & {"lastUpdate", "type"}:
            raise ApplicationError("error-param-required", 'The "type" or "lastUpdate" parameters must be provided')
        if is_cursor and "type" not in values:
            raise ApplicationError(
                "error-type-param-required",
                'The "type" parameter is required when using the "next" or "previous" parameters',
            )
        if "next" in values and "previous" in values:
            raise ApplicationError("error-cursor-conflict", 'You cannot provide both "next" and "previous" parameters')
        if is_cursor and "lastUpdate" in values:
            raise ApplicationError(
                "error-cursor-and-lastUpdate-conflict",
                'The attributes "next", "previous" and "lastUpdate" cannot be used together',
            )


class CursorObject(Result):
    """The cursors of the pages after and before this one; null if there is none."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ChangesObject(Result):
    """Changed and deleted messages."""

    updated = MessageObject(many=True)
    deleted = GoneMessageObject(many=True)
    cursor = CursorObject(required=False)


class SyncMessagesResult(SuccessResult):
    """The changes in a room."""

    result = ChangesObject()


class SyncMessagesApi(Api):
    @endpoint(
        params=SyncMessagesParams,
        result=SyncMessagesResult,
        summary="The changes in a room",
        description="New and changed messages with all their fields, and the ids of deleted ones. With `lastUpdate`, "
        "all changes since then, newest message first. With `type` and a cursor, one page of them; `cursor.next` is "
        "null on the last page. `error-not-allowed`: the caller may not read the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user = caller_of(request)
        room = room_allowed(user, params["roomId"], method="messages/get")
        if "lastUpdate" in params:
            return {"result": changes_since(room, params["lastUpdate"], viewer=user)}
        if not params.keys() & {"next", "previous"}:
            return {"result": {"updated": [], "deleted": []}}
        return {"result": changes_in_page(room, params, viewer=user)}


def changes_since(room: Room, since: datetime, *, viewer: User) -> dict[str, Any]:
    """Return all changes in the room since then, at most 10,000 of each kind."""
    return {
        "updated": messages_of(messages_changed(room, since).order_by(*NEWEST_FIRST)[:MAX_ITEMS], viewer),
        "deleted": gone_of(messages_deleted(room, since).order_by(*NEWEST_FIRST)[:MAX_ITEMS]),
    }


def changes_in_page(room: Room, params: Mapping[str, Any], *, viewer: User) -> dict[str, Any]:
    """Return a page of changes of one type, with the cursors around it."""
    is_deleted = params["type"] == DELETED
    page = changes_page(
        room,
        deleted=is_deleted,
        after=params.get("next"),
        before=params.get("previous"),
        count=min(params["count"] or PAGE_COUNT, MAX_PAGE),
    )
    return {
        "updated": [] if is_deleted else messages_of(page.messages, viewer),
        "deleted": gone_of(page.messages) if is_deleted else [],
        "cursor": {"next": page.next, "previous": page.previous},
    }


def gone_of(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Return the deleted messages: their ids, and when they were deleted."""
    return [{"_id": message.public_id, "_deletedAt": message.deleted_at} for message in messages]


class DeletedMessagesParams(OffsetParams):
    """The room, and the time since when its messages were deleted."""

    roomId = TextParam()
    since = TimestampParam()


class DeletedMessagesPage(PageResult):
    """A page of deleted messages."""

    messages = MessageIdObject(many=True)


class DeletedMessagesApi(Api):
    @endpoint(
        params=DeletedMessagesParams,
        result=DeletedMessagesPage,
        summary="The messages that were deleted since a time",
        description="Their ids, so that a client can remove them. `error-not-allowed`: the caller may not read the "
        "room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        room = room_allowed(caller_of(request), params["roomId"])
        deleted = messages_deleted(room, params["since"]).order_by("deleted_at", "pk")
        return page_of(deleted, params, name="messages", represent=gone_of)


class UpdatesObject(Result):
    """Changed and deleted messages."""

    update = MessageObject(many=True)  # type: ignore[assignment]
    remove = GoneMessageObject(many=True)


class SyncThreadsListParams(Params):
    """The room, and the time of the last synchronization."""

    rid = TextParam()
    updatedSince = TimestampParam()


class SyncThreadsListResult(SuccessResult):
    """The changes of a room's threads."""

    threads = UpdatesObject()


class SyncThreadsListApi(Api):
    @endpoint(
        params=SyncThreadsListParams,
        result=SyncThreadsListResult,
        summary="Changes in the list of threads",
        description="The first messages of threads that have changed since, and the ids of deleted ones. "
        "`error-not-allowed`: the caller may not read the room.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, since = caller_of(request), params["updatedSince"]
        room = room_allowed(user, params["rid"], message="Not Allowed")
        return {"threads": updates_of(threads_changed(room, since), threads_deleted(room, since), viewer=user)}


class SyncThreadMessagesParams(Params):
    """The thread, and the time of the last synchronization."""

    tmid = TextParam(help_text="The first message of the thread.")
    updatedSince = TimestampParam()


class SyncThreadMessagesResult(SuccessResult):
    """The changes of a thread's replies."""

    messages = UpdatesObject()


class SyncThreadMessagesApi(Api):
    @endpoint(
        params=SyncThreadMessagesParams,
        result=SyncThreadMessagesResult,
        summary="Changes in a thread",
        description="The replies that have changed since, and the ids of deleted ones. `error-invalid-message`: there "
        "is no such message, or the caller may not read it.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, since = caller_of(request), params["updatedSince"]
        thread = message_shown_to(user=user, public_id=params["tmid"])
        if thread is None:
            raise ApplicationError("error-invalid-message", "Invalid Message")
        return {"messages": updates_of(replies_changed(thread, since), replies_deleted(thread, since), viewer=user)}


def updates_of(changed: QuerySet[Message], deleted: QuerySet[Message], *, viewer: User) -> dict[str, Any]:
    """Return the changed and deleted messages, oldest first, at most 10,000 of each kind."""
    return {
        "update": messages_of(changed.order_by(*OLDEST_FIRST)[:MAX_ITEMS], viewer),
        "remove": gone_of(deleted.order_by(*OLDEST_FIRST)[:MAX_ITEMS]),
    }
