"""Parts of a room's history: the latest messages, those around a message, and those after a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import Q, QuerySet

from workspace.models import Message, Room
from workspace.selectors.history.times import millisecond_of, next_millisecond
from workspace.selectors.room_messages import after, before

# The most messages that one call loads.
MAX_MESSAGES = 10_000
NEWEST_FIRST = ("-sent_at", "-pk")
OLDEST_FIRST = ("sent_at", "pk")


@dataclass(frozen=True, slots=True)
class History:
    """A part of a room's history, newest message first.

    If the caller asked for unread messages: how many of them are older than this part, and the first one of those.
    """

    messages: list[Message]
    first_unread: Message | None = None
    unread_not_loaded: int = 0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A message between those before and after it, oldest first."""

    messages: list[Message]
    has_older: bool
    has_newer: bool


def room_history(
    room: Room,
    *,
    latest: datetime | None = None,
    oldest: datetime | None = None,
    is_inclusive: bool = False,
    offset: int = 0,
    count: int = 20,
    unread_since: datetime | None = None,
    has_replies: bool = True,
) -> History:
    """Return the last `count` messages of the room that were sent between `oldest` and `latest`.

    Messages sent exactly then belong to it if `is_inclusive`. `unread_since` is the last visit of the reader; with it,
    the result says which unread messages are older than the part. Without `has_replies`, replies that are shown in
    their thread only are left out.
    """
    messages = history_messages(room, has_replies=has_replies)
    if latest is not None:
        messages = messages.filter(sent_at__lt=next_millisecond(latest) if is_inclusive else millisecond_of(latest))
    if oldest is not None:
        messages = messages.filter(sent_at__gte=millisecond_of(oldest) if is_inclusive else next_millisecond(oldest))
    loaded = list(messages.order_by(*NEWEST_FIRST)[offset : offset + min(count, MAX_MESSAGES)])
    if unread_since is None or not loaded:
        return History(loaded)
    unread = history_messages(room, has_replies=has_replies).filter(
        before(loaded[-1]), sent_at__gte=next_millisecond(unread_since)
    )
    return History(loaded, unread.order_by(*OLDEST_FIRST).first(), unread.count())


def history_messages(room: Room, *, has_replies: bool = True) -> QuerySet[Message]:
    """Return the messages of the room with or without replies that are shown in their thread only."""
    messages = Message.objects.filter(room=room, deleted_at=None)
    return messages if has_replies else messages.filter(Q(parent=None) | Q(is_shown_in_room=True))


def messages_around(message: Message, *, count: int) -> Surroundings:
    """Return the message in the middle of `count` messages of its room."""
    others = max(count - 1, 0)
    above, below = others - others // 2, others // 2
    shown = history_messages(message.room)
    older = list(shown.filter(before(message)).order_by(*NEWEST_FIRST)[: above + 1])
    newer = list(shown.filter(after(message)).order_by(*OLDEST_FIRST)[: below + 1])
    messages = [*reversed(older[:above]), message, *newer[:below]]
    return Surroundings(messages, len(older) > above, len(newer) > below)


def messages_after(room: Room, at: datetime | None, *, count: int = MAX_MESSAGES) -> list[Message]:
    """Return the next `count` messages that were sent after `at`, or the first ones of the room, oldest first."""
    messages = history_messages(room)
    if at is not None:
        messages = messages.filter(sent_at__gte=next_millisecond(at))
    return list(messages.order_by(*OLDEST_FIRST)[:count])


def thread_with_replies(thread: Message, *, offset: int = 0, count: int = MAX_MESSAGES) -> list[Message]:
    """Return the first message of the thread and its replies, newest reply first."""
    replies = Message.objects.filter(parent=thread, deleted_at=None).order_by(*NEWEST_FIRST)
    return list(chain([thread], replies[offset : offset + count]))
