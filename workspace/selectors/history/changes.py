"""What has changed in a room or thread since a client looked: new, changed and deleted messages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from workspace.models import Message, Room
from workspace.selectors.history.times import epoch_milliseconds, millisecond_of, next_millisecond


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Consecutive changes, in the order of the request, and the cursors of the pages after and before it."""

    messages: list[Message]
    next: str | None
    previous: str | None


def messages_changed(room: Room, since: datetime) -> QuerySet[Message]:
    """Return the messages of the room that were posted or changed since."""
    return Message.objects.filter(room=room, deleted_at=None, updated_at__gt=since)


def messages_deleted(room: Room, since: datetime) -> QuerySet[Message]:
    """Return the messages of the room that were deleted since."""
    return Message.objects.filter(room=room, deleted_at__gt=since)


def threads_changed(room: Room, since: datetime) -> QuerySet[Message]:
    """Return the first messages of the room's threads that have changed since."""
    return messages_changed(room, since).filter(reply_count__gt=0)


def threads_deleted(room: Room, since: datetime) -> QuerySet[Message]:
    """Return the first messages of the room's threads that were deleted since."""
    return messages_deleted(room, since).filter(last_reply_at__isnull=False)


def replies_changed(thread: Message, since: datetime) -> QuerySet[Message]:
    """Return the replies in the thread that were posted or changed since."""
    return Message.objects.filter(parent=thread, deleted_at=None, updated_at__gt=since)


def replies_deleted(thread: Message, since: datetime) -> QuerySet[Message]:
    """Return the replies in the thread that were deleted since."""
    return Message.objects.filter(parent=thread, deleted_at__gt=since)


def changes_page(
    room: Room, *, deleted: bool, after: datetime | None, before: datetime | None, count: int
) -> ChangesPage:
    """Return a page of changed or deleted messages of the room: the next ones `after` a time, or the last ones
    `before` one, nearest first.

    Cursors are times in epoch milliseconds. Messages that changed in the same millisecond are never split between two
    pages, because no cursor could point between them; a page can therefore have more than `count` messages.
    """
    name = "deleted_at" if deleted else "updated_at"
    messages = Message.objects.filter(room=room, deleted_at__isnull=not deleted)
    if before is not None:
        messages = messages.filter(**{f"{name}__lt": millisecond_of(before)}).order_by(f"-{name}", "-pk")
    elif after is not None:
        messages = messages.filter(**{f"{name}__gte": next_millisecond(after)}).order_by(name, "pk")
    page = list(messages[: count + 1])
    has_more = len(page) > count
    if has_more:
        page = page[:count] + same_millisecond(messages, name, getattr(page[count - 1], name), page[:count])
    if not page:
        return ChangesPage([], None, None)
    ends = [str(epoch_milliseconds(getattr(message, name))) for message in (page[0], page[-1])]
    if before is not None:
        return ChangesPage(page, ends[0], ends[1] if has_more else None)
    return ChangesPage(page, ends[1] if has_more else None, ends[0])


def same_millisecond(messages: QuerySet[Message], name: str, at: datetime, known: Collection[Message]) -> list[Message]:
    """Return the other messages with a time in the same millisecond."""
    within = Q(**{f"{name}__gte": millisecond_of(at), f"{name}__lt": next_millisecond(at)})
    return list(messages.filter(within).exclude(pk__in=[message.pk for message in known]))
