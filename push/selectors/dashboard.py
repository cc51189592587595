"""Data of the admin dashboard: the queue, devices and failures. Its statistics are in push/selectors/statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from push.models import ClaimedItem, Decision, Notification, State, is_waiting
from push.models.rollups import hour_of, hour_start
from push.providers.provider import DeviceKind
from push.providers.registry import device_kinds
from push.selectors.counts import LIMIT, DeviceCount
from push.selectors.statistics.figures import hours_with_failures

MAX_FAILURES = 8
MAX_VERSIONS = 20
FAILURES_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Queue:
    """The current counts of the queue; `undecided` is the number of messages that will still be decided."""

    waiting: int
    due: int
    sending: int
    oldest_due: datetime | None
    undecided: int


def queue_summary(now: datetime) -> Queue:
    """Return the queue's counts; each stops at the limit of :mod:`push.selectors.counts`."""
    waiting = Notification.objects.filter(is_waiting())
    due = waiting.filter(due_at__lte=now)
    return Queue(
        waiting=limited(waiting),
        due=limited(due),
        sending=limited(ClaimedItem.objects.filter(begun_at__isnull=False)),
        oldest_due=due.order_by("due_at").values_list("due_at", flat=True).first(),
        undecided=limited(Decision.objects.filter(decided_at=None, retry_at__isnull=False)),
    )


def limited(rows: QuerySet[Notification] | QuerySet[ClaimedItem] | QuerySet[Decision]) -> int:
    """Return the number of rows, at most one more than the limit."""
    return rows.order_by()[: LIMIT + 1].count()


def devices_by_type(counts: Iterable[DeviceCount]) -> list[tuple[DeviceKind, int, int]]:
    """Return for each device type the numbers of enabled and disabled devices."""
    enabled: Counter[str] = Counter()
    disabled: Counter[str] = Counter()
    for count in counts:
        enabled[count.type] += count.enabled
        disabled[count.type] += count.disabled
    return [(kind, enabled[kind.type], disabled[kind.type]) for kind in device_kinds()]


def app_versions(counts: Iterable[DeviceCount]) -> list[DeviceCount]:
    """Return the most frequent apps and versions of enabled devices."""
    used = (count for count in counts if count.enabled)
    return sorted(used, key=lambda count: (-count.enabled, count.app_name, count.version))[:MAX_VERSIONS]


def last_failures(now: datetime) -> list[Notification]:
    """Return the latest notifications that failed within the last week, newest first.

    The statistics show in which hours some did, so that the others are not read. Hours that may have changed since they
    were computed are read, too.
    """
    first, last = hour_of(now - FAILURES_SINCE), hour_of(now)
    hours = [last - 1, last]
    known = 0
    for hour, count in hours_with_failures(first, last - 1):
        hours.append(hour)
        known += count
        if known >= MAX_FAILURES:
            break
    ended = Q()
    for hour in hours:
        ended |= Q(finished_at__gte=hour_start(hour), finished_at__lt=hour_start(hour + 1))
    failed = Notification.objects.filter(ended, state=State.FAILED, finished_at__gte=now - FAILURES_SINCE)
    return list(failed.select_related("user", "room").order_by("-finished_at")[:MAX_FAILURES])
