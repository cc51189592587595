"""What the administration's first page tells: how the queue stands, and what the last day was like."""

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
FAILURES_SHOWN = 8
FAILURES_SINCE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Queue:
    """How the queue stands at one moment; `undecided` messages come before it."""

    waiting: int
    due: int
    sending: int
    oldest_due: datetime | None
    undecided: int


@dataclass(slots=True)
class Day:
    """What ended in the last 24 hours; `hours` begin with the oldest."""

    hours: list[datetime] = field(default_factory=list)
    by_state: dict[str, Counter[datetime]] = field(default_factory=dict)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def total(self, state: str) -> int:
        return self.by_state[state].total()

    def series(self, state: str) -> list[int]:
        """Return the count of each hour."""
        return [self.by_state[state][hour] for hour in self.hours]


def queue_now(now: datetime) -> Queue:
    """Return the state of the queue; three queries, each over rows of a partial index or of a small table."""
    due = Q(due_at__lte=now)
    found = Notification.objects.filter(is_waiting()).aggregate(
        waiting=Count("pk"), due=Count("pk", filter=due), oldest_due=Min("due_at", filter=due)
    )
    sending = ClaimedItem.objects.filter(begun_at__isnull=False).count()
    return Queue(**found, sending=sending, undecided=Decision.objects.filter(decided_at=None).count())


def last_day(now: datetime) -> Day:
    """Return what ended in the last 24 hours, in one query over the index of the moments of ending."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=DAY_HOURS - 1)
    day = Day(
        hours=[first + timedelta(hours=hour) for hour in range(DAY_HOURS)],
        by_state={state: Counter() for state in (State.SENT, State.DROPPED, State.FAILED)},
    )
    # Either database writes a moment as "2026-03-02 12:34:56…" in UTC, so its hour is its first 13 characters; SQLite
    # would cut moments to the hour by calling Python for every row.
    hour = Substr(Cast("finished_at", CharField()), 1, 13)
    ended = Notification.objects.filter(finished_at__gte=first, finished_at__lte=now).order_by()
    counted = ended.annotate(hour=hour).values_list("hour", "state", "reason").annotate(count=Count("pk"))
    for text, state, reason, count in counted:
        day.by_state[state][datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)] += count
        if reason:
            day.reasons[state, reason] += count
    return day


def devices_by_type() -> list[tuple[DeviceKind, int, int]]:
    """Return each type of device with how many are enabled and how many are disabled."""
    counted = Device.objects.order_by().values_list("type")
    found = {
        kind: (enabled, total - enabled)
        for kind, total, enabled in counted.annotate(total=Count("pk"), enabled=Count("pk", filter=Q(disabled_at=None)))
    }
    return [(kind, *found.get(kind.type, (0, 0))) for kind in device_kinds()]


def last_failures(now: datetime) -> list[Notification]:
    """Return the last notifications that failed within the week, the newest first."""
    failed = Notification.objects.filter(state=State.FAILED, finished_at__gte=now - FAILURES_SINCE)
    return list(failed.select_related("user", "room").order_by("-finished_at")[:FAILURES_SHOWN])
