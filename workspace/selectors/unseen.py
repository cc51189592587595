"""Rooms with messages that a member has not seen."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce

from workspace.models import Message, Subscription
from workspace.selectors.threads import threads_unread


def unseen_subscription_keys(subscriptions: Iterable[Subscription]) -> set[int]:
    """Return the keys of the subscriptions whose rooms have messages of others that the member has not seen.

    Unread replies in a followed thread count too. The rows must have been loaded with their rooms.
    """
    rows = list(subscriptions)
    users = {row.user_id for row in rows}
    return unseen_keys_with(rows, set(threads_unread(*users).values_list("user", "thread__room").distinct()))


def unseen_keys_with(rows: Sequence[Subscription], threads: Container[tuple[int, int]]) -> set[int]:
    """Return the same as :func:`unseen_subscription_keys`; `threads` are the users and rooms with unread threads."""
    counted = {row.pk for row in rows if row.unread or (row.user_id, row.room_id) in threads}
    candidates = [row.pk for row in rows if row.pk not in counted and has_newer_messages(row)]
    if not candidates:
        return counted
    others = Message.objects.filter(room=OuterRef("room"), sent_at__gt=OuterRef("seen_at"), deleted_at=None)
    rows_to_check = Subscription.objects.filter(pk__in=candidates).alias(seen_at=Coalesce("last_seen_at", "joined_at"))
    return counted | set(
        rows_to_check.filter(Exists(others.exclude(sender=OuterRef("user")))).values_list("pk", flat=True)
    )


def has_newer_messages(row: Subscription) -> bool:
    """Return True if the room has messages newer than the member's last visit."""
    last = row.room.last_message_at
    return last is not None and last > (row.last_seen_at or row.joined_at)
