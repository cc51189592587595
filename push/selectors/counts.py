"""Counts of the queue at this moment, and of all pushes that were sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from push.models import Channel, ClaimedItem, Notification, OutcomeCount, State, is_waiting

# Counting goes no further: "more than" says as much, and a million rows are not read for it.
LIMIT = 10_000
RECENTLY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many items are due, wait for their time, are being sent, and ended within the last minute."""

    due: int
    later: int
    sending: int
    sent: int
    dropped: int
    failed: int


def queue_counts(now: datetime) -> QueueCounts:
    """Return how the queue stands; each count ends just beyond :data:`LIMIT`."""
    ended = Q(finished_at__gte=now - RECENTLY)
    return QueueCounts(
        due=counted(is_waiting(), due_at__lte=now),
        later=counted(is_waiting(), due_at__gt=now),
        sending=ClaimedItem.objects.filter(begun_at__isnull=False)[: LIMIT + 1].count(),
        sent=counted(ended, state=State.SENT),
        dropped=counted(ended, state=State.DROPPED),
        failed=counted(ended, state=State.FAILED),
    )


def counted(*conditions: Q, **fields: object) -> int:
    """Return how many items there are of a kind, :data:`LIMIT` + 1 standing for any more."""
    return Notification.objects.filter(*conditions, **fields).order_by()[: LIMIT + 1].count()


def pushes_sent() -> int:
    """Return how many pushes have ever been sent: those still known, and those that were pruned.

    Both are read in one statement, because pruning moves them from the one to the other.
    """
    sent = {"channel": Channel.PUSH, "state": State.SENT}
    pruned = OutcomeCount.objects.filter(**sent).order_by().values("channel").annotate(total=Sum("count"))
    known = Notification.objects.filter(**sent)
    found = known.aggregate(total=Count("pk") + Coalesce(Subquery(pruned.values("total")), 0))
    total: int = found["total"]
    return total


def pushes_waiting() -> int:
    """Return how many pushes wait for their time, or to be tried again."""
    return Notification.objects.filter(is_waiting(), channel=Channel.PUSH).count()
