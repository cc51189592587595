"""Grouping of messages on a page: a separator for each new day, and one name above consecutive messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from workspace.models import Message

# Messages of a sender are grouped if they are at most this far apart.
GROUP_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """A message in a list: whether a new day begins, and whether it continues the group of its sender."""

    message: Message
    begins_day: bool
    continues: bool


def lines_of(
    messages: Sequence[Message], *, previous: Message | None = None, apart: Sequence[int | None] = ()
) -> list[Line]:
    """Return the messages with their grouping.

    `previous` is the message before the first one, if it is on the page; `apart` are the keys of messages that always
    start a group.
    """
    lines = []
    for message in messages:
        begins_day = previous is None or day_of(previous) != day_of(message)
        continues = not begins_day and message.pk not in apart and follows(message, previous)
        lines.append(Line(message, begins_day, continues))
        previous = message
    return lines


def day_of(message: Message) -> date:
    """Return the day on which the message was sent, in the reader's time zone."""
    return timezone.localdate(message.sent_at)


def follows(message: Message, previous: Message | None) -> bool:
    """Return True if the same sender continues after the previous message."""
    return (
        previous is not None
        and previous.deleted_at is None
        and not (message.is_system or previous.is_system)
        and (message.sender_id, message.alias) == (previous.sender_id, previous.alias)
        and message.sent_at - previous.sent_at <= GROUP_WITHIN
    )
