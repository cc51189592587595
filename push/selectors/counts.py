"""Current counts of the queue and of devices, and the total of sent pushes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from push.models import Channel, ClaimedItem, Decision, Device, Notification, OutcomeCount, State, is_waiting

# Counting stops here, so that a million rows are not read; the page shows "more than".
LIMIT = 10_000
RECENTLY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Numbers of items that are due, due later, being sent, and that ended within the last minute."""

    due: int
    later: int
    sending: int
    sent: int
    dropped: int
    failed: int


@dataclass(frozen=True, slots=True)
class DeviceCount:
    """The numbers of enabled and disabled devices of one type with the same version of an app; it may be unknown."""

    app_name: str
    type: str
    version: str
    enabled: int
    disabled: int


def device_counts() -> list[DeviceCount]:
    """Return the numbers of all devices, in one statement that reads each of them once."""
    counted = Device.objects.order_by().values_list("app_name", "type", "app_version")
    return [
        DeviceCount(app_name, type, version, enabled, total - enabled)
        for app_name, type, version, total, enabled in counted.annotate(
            total=Count("pk"), enabled=Count("pk", filter=Q(disabled_at=None))
        )
    ]


def queue_counts(now: datetime) -> QueueCounts:
    """Return the queue's counts; each stops at :data:`LIMIT` + 1."""
    ended = Q(finished_at__gte=now - RECENTLY)
    return QueueCounts(
        due=limited_count(is_waiting(), due_at__lte=now),
        later=limited_count(is_waiting(), due_at__gt=now),
        sending=ClaimedItem.objects.filter(begun_at__isnull=False)[: LIMIT + 1].count(),
        sent=limited_count(ended, state=State.SENT),
        dropped=limited_count(ended, state=State.DROPPED),
        failed=limited_count(ended, state=State.FAILED),
    )


def limited_count(*conditions: Q, **fields: object) -> int:
    """Return the number of items that meet the conditions, at most :data:`LIMIT` + 1."""
    return Notification.objects.filter(*conditions, **fields).order_by()[: LIMIT + 1].count()


def decisions_given_up() -> int:
    """Return how many decisions failed too often and are not retried, at most :data:`LIMIT` + 1."""
    unfinished = Q(decided_at=None) | Q(position__isnull=False)
    return Decision.objects.filter(unfinished, retry_at=None).order_by()[: LIMIT + 1].count()


def pushes_sent() -> int:
    """Return how many pushes have ever been sent, including pruned ones.

    Both counts are read in one statement, because pruning moves rows from one to the other.
    """
    sent = {"channel": Channel.PUSH, "state": State.SENT}
    pruned = OutcomeCount.objects.filter(**sent).order_by().values("channel").annotate(total=Sum("count"))
    stored = Notification.objects.filter(**sent)
    sums = stored.aggregate(total=Count("pk") + Coalesce(Subquery(pruned.values("total")), 0))
    total: int = sums["total"]
    return total


def pushes_waiting() -> int:
    """Return how many pushes are queued or waiting for a retry."""
    return Notification.objects.filter(is_waiting(), channel=Channel.PUSH).count()
