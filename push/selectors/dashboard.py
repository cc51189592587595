"""Data of the admin dashboard: the queue, the last 24 hours, devices and failures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import CharField, Count, Min, Q
from django.db.models.functions import Cast, Substr

from push.models import ClaimedItem, Decision, Device, Notification, State, is_waiting
from push.providers.provider import DeviceKind
from push.providers.registry import device_kinds

DAY_HOURS = 24
MAX_FAILURES = 8
FAILURES_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Queue:
    """The current counts of the queue; `undecided` is the number of messages that will still be decided."""

    waiting: int
    due: int
    sending: int
    oldest_due: datetime | None
    undecided: int


@dataclass(slots=True)
class Day:
    """The notifications that ended in the last 24 hours; `hours` starts with the oldest."""

    hours: list[datetime] = field(default_factory=list)
    by_state: dict[str, Counter[datetime]] = field(default_factory=dict)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def total(self, state: str) -> int:
        return self.by_state[state].total()

    def series(self, state: str) -> list[int]:
        """Return the count for each hour."""
        return [self.by_state[state][hour] for hour in self.hours]


def queue_summary(now: datetime) -> Queue:
    """Return the queue's counts, with three queries that only use partial indexes or small tables."""
    due = Q(due_at__lte=now)
    counts = Notification.objects.filter(is_waiting()).aggregate(
        waiting=Count("pk"), due=Count("pk", filter=due), oldest_due=Min("due_at", filter=due)
    )
    sending = ClaimedItem.objects.filter(begun_at__isnull=False).count()
    undecided = Decision.objects.filter(decided_at=None, retry_at__isnull=False).count()
    return Queue(**counts, sending=sending, undecided=undecided)


def last_day(now: datetime) -> Day:
    """Return the notifications that ended in the last 24 hours, with one query over the index of `finished_at`."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=DAY_HOURS - 1)
    day = Day(
        hours=[first + timedelta(hours=hour) for hour in range(DAY_HOURS)],
        by_state={state: Counter() for state in (State.SENT, State.DROPPED, State.FAILED)},
    )
    # Both databases format timestamps as "2026-03-02 12:34:56…" in UTC, so the first 13 characters are the hour.
    # TruncHour would call Python for every row on SQLite.
    hour = Substr(Cast("finished_at", CharField()), 1, 13)
    ended = Notification.objects.filter(finished_at__gte=first, finished_at__lte=now).order_by()
    counted = ended.annotate(hour=hour).values_list("hour", "state", "reason").annotate(count=Count("pk"))
    for text, state, reason, count in counted:
        day.by_state[state][datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)] += count
        if reason:
            day.reasons[state, reason] += count
    return day


def devices_by_type() -> list[tuple[DeviceKind, int, int]]:
    """Return for each device type the numbers of enabled and disabled devices."""
    counted = Device.objects.order_by().values_list("type")
    counts = {
        kind: (enabled, total - enabled)
        for kind, total, enabled in counted.annotate(total=Count("pk"), enabled=Count("pk", filter=Q(disabled_at=None)))
    }
    return [(kind, *counts.get(kind.type, (0, 0))) for kind in device_kinds()]


def last_failures(now: datetime) -> list[Notification]:
    """Return the latest notifications that failed within the last week, newest first."""
    failed = Notification.objects.filter(state=State.FAILED, finished_at__gte=now - FAILURES_SINCE)
    return list(failed.select_related("user", "room").order_by("-finished_at")[:MAX_FAILURES])
