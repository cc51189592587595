"""Parts of a room's history, as the REST endpoints and the methods of the web socket return them.

The functions from `load_history` on are for methods with these names. Where a room does not exist or the user may not
read it, they return False, as clients expect.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from rest_framework import serializers

from workspace.api.base import Result, SuccessResult
from workspace.api.messages.access import not_allowed
from workspace.api.messages.objects import MessageObject, message_of, messages_of
from workspace.models import Message, Room, User
from workspace.selectors.history.lists import messages_found
from workspace.selectors.history.loading import (
    MAX_MESSAGES,
    History,
    Surroundings,
    messages_after,
    messages_around,
    room_history,
    thread_with_replies,
)
from workspace.selectors.messages import message_shown_to
from workspace.selectors.rooms import can_read
from workspace.services.threads import thread_mark_read

# The most messages that a method loads at once, unless clients expect all of them.
MAX_LIMIT = 500
# The most replies that clients may ask for by number.
MAX_REPLIES = 100
NotReadable = Literal[False]


class HistoryObject(Result):
    """Messages, newest first. The unread messages that are older than these are described if requested."""

    messages = MessageObject(many=True)
    firstUnread = MessageObject(required=False)
    unreadNotLoaded = serializers.IntegerField(required=False)


class HistoryResult(HistoryObject, SuccessResult):
    """A part of a room's history."""


class SurroundingsObject(Result):
    """A message between those before and after it, oldest first, and whether there are more of them."""

    messages = MessageObject(many=True)
    moreBefore = serializers.BooleanField()
    moreAfter = serializers.BooleanField()


def history_of(history: History, *, viewer: User, has_unread: bool) -> dict[str, Any]:
    """Return the part of the history; with `has_unread`, also the unread messages that are older."""
    objects: dict[str, Any] = {"messages": messages_of(history.messages, viewer)}
    if has_unread:
        objects["unreadNotLoaded"] = history.unread_not_loaded
        objects["firstUnread"] = message_of(history.first_unread, viewer) if history.first_unread else None
    return objects


def surroundings_of(surroundings: Surroundings, *, viewer: User) -> dict[str, Any]:
    """Return the message with those around it."""
    return {
        "messages": messages_of(surroundings.messages, viewer),
        "moreBefore": surroundings.has_older,
        "moreAfter": surroundings.has_newer,
    }


def load_history(
    user: User,
    rid: str,
    end: datetime | None = None,
    limit: int = 20,
    ls: datetime | None = None,
    show_thread_messages: bool = True,
) -> dict[str, Any] | NotReadable:
    """Return the last messages of the room before `end` (see :class:`HistoryObject`).

    `ls` is the time up to which the client has read the room: unread messages between it and the loaded ones are
    counted.
    """
    room = readable_room(user, rid)
    if room is None:
        return False
    history = room_history(room, latest=end, count=limited(limit), unread_since=ls, has_replies=show_thread_messages)
    return history_of(history, viewer=user, has_unread=True)


def load_missed_messages(user: User, rid: str, start: datetime) -> list[dict[str, Any]] | NotReadable:
    """Return the messages of the room after `start`, newest first."""
    room = readable_room(user, rid)
    return False if room is None else messages_of(reversed(messages_after(room, start, count=MAX_MESSAGES)), user)


def load_next_messages(
    user: User, rid: str, end: datetime | None = None, limit: int = 20
) -> dict[str, Any] | NotReadable:
    """Return the next messages of the room after `end`, or the first ones, oldest first, as `messages`."""
    room = readable_room(user, rid)
    return False if room is None else {"messages": messages_of(messages_after(room, end, count=limited(limit)), user)}


def load_surrounding_messages(user: User, message_id: str, limit: int = 50) -> dict[str, Any] | NotReadable:
    """Return the message and those around it in its room, `limit` in all (see :class:`SurroundingsObject`)."""
    message = message_shown_to(user=user, public_id=message_id)
    if message is None:
        return False
    return surroundings_of(messages_around(message, count=limited(limit)), viewer=user)


def message_search(
    user: User, text: str, rid: str | None = None, limit: int = 20, offset: int = 0
) -> dict[str, Any] | NotReadable:
    """Return the messages of the room that contain the words, newest first, as `message.docs`.

    Without a room nothing is found: searching all rooms at once is off.
    """
    if not rid:
        return {"message": {"docs": []}}
    room = readable_room(user, rid)
    if room is None:
        return False
    messages = messages_found(room, text)[max(offset, 0) : max(offset, 0) + limited(limit)] if text.strip() else []
    return {"message": {"docs": messages_of(messages, user)}}


def single_message(user: User, message_id: str) -> dict[str, Any] | None:
    """Return the message, or None if there is none; raises `error-not-allowed` if the user may not read it."""
    message = known_message(user, message_id, method="getSingleMessage")
    return None if message is None else message_of(message, user)


def thread_messages(user: User, tmid: str, limit: int | None = None, skip: int = 0) -> list[dict[str, Any]]:
    """Return the first message of the thread, then its replies, newest first, and mark the thread as read.

    The list is empty without replies. Raises `error-not-allowed` if the user may not read the thread, and for a limit
    over 100; without a limit, all replies are returned.
    """
    if limit is not None and limit > MAX_REPLIES:
        raise not_allowed("getThreadMessages", f"max limit: {MAX_REPLIES}")
    thread = known_message(user, tmid, method="getThreadMessages")
    if thread is None or not thread.reply_count:
        return []
    thread_mark_read(user=user, thread=thread)
    return messages_of(thread_with_replies(thread, offset=max(skip, 0), count=limit or MAX_MESSAGES), user)


def known_message(user: User, public_id: str, *, method: str) -> Message | None:
    """Return the message, or None if there is none; raises `error-not-allowed` if the user may not read it."""
    message = Message.objects.select_related("room").filter(public_id=public_id, deleted_at=None).first()
    if message is not None and not can_read(user=user, room=message.room):
        raise not_allowed(method)
    return message


def readable_room(user: User, public_id: str) -> Room | None:
    """Return the room; None if it does not exist or the user may not read it."""
    room = Room.objects.filter(public_id=public_id).first()
    return room if room is not None and can_read(user=user, room=room) else None


def limited(limit: int) -> int:
    """Return the number of messages to load."""
    return min(max(limit, 1), MAX_LIMIT)
