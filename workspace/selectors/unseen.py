"""Rooms with messages that a member has not seen."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from workspace.models import Message, Subscription
from workspace.selectors.threads import threads_unread


class Visit(NamedTuple):
    """A member's last visit of a room: the keys of the subscription, user and room, and two times.

    `seen_at` is the last visit, or the time of joining if there was none.
    """

    key: int
    user: int
    room: int
    unread: int
    seen_at: datetime
    last_message_at: datetime | None


def unseen_subscription_keys(subscriptions: Iterable[Subscription]) -> set[int]:
    """Return the keys of the subscriptions whose rooms have messages of others that the member has not seen.

    Unread replies in a followed thread count too. The rows must have been loaded with their rooms.
    """
    visits = [
        Visit(row.pk, row.user_id, row.room_id, row.unread, row.last_seen_at or row.joined_at, row.room.last_message_at)
        for row in subscriptions
    ]
    users = {visit.user for visit in visits}
    return unseen_keys_with(visits, set(threads_unread(*users).values_list("user", "thread__room").distinct()))


def unseen_keys_with(visits: Sequence[Visit], threads: Container[tuple[int, int]]) -> set[int]:
    """Return the same as :func:`unseen_subscription_keys`; `threads` are the users and rooms with unread threads."""
    counted = {visit.key for visit in visits if visit.unread or (visit.user, visit.room) in threads}
    candidates = [visit.key for visit in visits if visit.key not in counted and has_newer_messages(visit)]
    if not candidates:
        return counted
    others = Message.objects.filter(room=OuterRef("room"), sent_at__gt=OuterRef("seen_at"), deleted_at=None)
    rows_to_check = Subscription.objects.filter(pk__in=candidates).alias(seen_at=Coalesce("last_seen_at", "joined_at"))
    return counted | set(
        rows_to_check.filter(Exists(others.exclude(sender=OuterRef("user")))).values_list("pk", flat=True)
    )


def has_newer_messages(visit: Visit) -> bool:
    """Return True if the room has messages newer than the member's last visit."""
    return visit.last_message_at is not None and visit.last_message_at > visit.seen_at
