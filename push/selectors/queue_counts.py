"""How the queue stands at this moment, counted no further than anybody reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from push.models import ClaimedItem, Notification, State, is_waiting

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
