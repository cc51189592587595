"""Computes the dashboard's hourly statistics from finished notifications.

An hour is computed as a whole, and its former rows are replaced in one transaction, so interruptions and repetitions do
no harm. The current hour is computed often, and an ended one again at a few ages (`PASSES`): notifications whose
transaction took long, clocks that were set back, and receipts from devices change it afterwards. Missing hours, such as
those before an upgrade, are computed from the newest to the oldest. Sending a notification writes nothing for this.

One worker at a time computes. A claim that is lost, because the worker died or was too slow, lets another one start,
and what the first one has computed is discarded.
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Min, Q, Value
from django.utils import timezone

from push.models import (
    DeliveryHour,
    DurationHour,
    Notification,
    OutcomeHour,
    RollupDay,
    RollupHour,
    RollupState,
)
from push.models.rollups import DAY_HOURS, hour_of, hour_start
from push.selectors.statistics.hours import HourStatistics, hour_statistics
from push.selectors.statistics.summaries import VERSION as SUMMARY_VERSION
from push.selectors.statistics.summaries import summary_of
from push.selectors.statistics.totals import VERSION, totals_of_day, totals_of_hour
from workspace.models import RetentionSettings

TABLES = (OutcomeHour, DeliveryHour, DurationHour)
# Ages of an ended hour at which it is computed again.
PASSES = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=28),
)
# The current hour is computed after this time, or later: computing takes at most this share of a worker's time.
INTERVAL = timedelta(seconds=15)
MAX_SHARE = 0.05
CLAIM = timedelta(minutes=10)
# A run ends after this many seconds, so that it does not delay the worker's other tasks.
RUN_SECONDS = 0.5
BATCH = 1000
HOURS_PRUNED_AT_ONCE = 50


def rollup_is_due(now: datetime) -> bool:
    """Return True if the current hour should be computed: it is new, or notifications have ended since. Cheap."""
    current = RollupHour.objects.filter(hour=hour_of(now)).defer("summary", "totals").first()
    if current is None or current.computed_at > now:
        return True
    if now - current.computed_at < _interval(current):
        return False
    last = Notification.objects.filter(finished_at__isnull=False).aggregate(last=Max("finished_at"))["last"]
    return last is not None and last > current.computed_at - INTERVAL


def hours_roll_up(*, seconds: float = RUN_SECONDS) -> bool:
    """Compute the hours that are due until the time is up; return False if there are more."""
    end = time.monotonic() + seconds
    now = timezone.now()
    token, is_first = str(uuid.uuid4()), True
    if not _claim(token, now):
        return True
    try:
        _future_delete(now)
        for hour in hours_due(now):
            if time.monotonic() > end and not is_first:
                return False
            if not hour_roll_up(hour=hour, token=token):
                return True
            is_first = False
        # Their hours are complete now.
        for day in days_due(now):
            if time.monotonic() > end and not is_first:
                return False
            if not day_sum(day=day, token=token):
                return True
            is_first = False
        return True
    finally:
        RollupState.objects.filter(pk=1, claimed_by=token).update(claimed_by="", claimed_until=None)


def hours_due(now: datetime) -> list[int]:
    """Return the hours to compute, newest first: the current one, missing ones, and those that are due again."""
    first = Notification.objects.filter(finished_at__isnull=False).aggregate(first=Min("finished_at"))["first"]
    current = hour_of(now)
    oldest = current if first is None else min(hour_of(first), current)
    kept = hour_of(RetentionSettings.begin("statistics"))
    pruned = RollupState.objects.filter(pk=1).values_list("pruned_hour", flat=True).first() or 0
    oldest = max(oldest, kept, pruned + 1)
    computed = {row.hour: row for row in RollupHour.objects.filter(hour__gte=oldest).defer("summary", "totals")}
    return [hour for hour in range(current, oldest - 1, -1) if _is_due(hour, computed.get(hour), now)]


def _is_due(hour: int, computed: RollupHour | None, now: datetime) -> bool:
    if computed is None or computed.computed_at > now or computed.version != SUMMARY_VERSION:
        return True
    end = hour_start(hour + 1)
    if end > now:
        return now - computed.computed_at >= _interval(computed)
    return any(computed.computed_at < end + age <= now for age in PASSES) or computed.computed_at < end


def _interval(computed: RollupHour) -> timedelta:
    return max(INTERVAL, timedelta(seconds=computed.seconds / MAX_SHARE))


def _claim(token: str, now: datetime) -> bool:
    """Claim the computing; return False if another worker has it. Ends that a wrong clock wrote do not count."""
    RollupState.objects.get_or_create(pk=1)
    is_free = Q(claimed_until=None) | Q(claimed_until__lte=now) | Q(claimed_until__gt=now + CLAIM)
    free = RollupState.objects.filter(is_free, pk=1)
    return bool(free.update(claimed_by=token, claimed_until=now + CLAIM))


def hour_roll_up(*, hour: int, token: str) -> bool:
    """Compute an hour and replace its rows; return False if the claim was lost. Pruned hours stay as they are."""
    begun, computed_at = time.monotonic(), timezone.now()
    statistics = hour_statistics(hour)
    with transaction.atomic():
        state = RollupState.objects.select_for_update().get(pk=1)
        if state.claimed_by != token:
            return False
        if hour > state.pruned_hour:
            _hour_replace(hour, statistics)
            row = RollupHour(hour=hour, computed_at=computed_at, summary=summary_of(statistics))
            row.totals, row.totals_version = totals_of_hour(statistics).stored(), VERSION
            row.version, row.seconds = SUMMARY_VERSION, time.monotonic() - begun
            RollupHour.objects.bulk_create(
                [row],
                update_conflicts=True,
                unique_fields=["hour"],
                update_fields=["computed_at", "seconds", "summary", "version", "totals", "totals_version"],
            )
    return True


def _hour_replace(hour: int, statistics: HourStatistics) -> None:
    for table, rows in zip(TABLES, statistics.rows(hour), strict=True):
        table._default_manager.filter(hour=hour).delete()
        table._default_manager.bulk_create(rows, batch_size=BATCH)
    RollupDay.objects.filter(day=hour // DAY_HOURS).delete()


def days_due(now: datetime) -> list[int]:
    """Return the days (UTC) that have ended and whose sums are missing, newest first."""
    days = RollupHour.objects.filter(hour__lt=hour_of(now) // DAY_HOURS * DAY_HOURS).order_by()
    computed = set(days.annotate(day=F("hour") / Value(DAY_HOURS)).values_list("day", flat=True).distinct())
    summed = set(RollupDay.objects.filter(version=VERSION).values_list("day", flat=True))
    return sorted(computed - summed, reverse=True)


@transaction.atomic
def day_sum(*, day: int, token: str) -> bool:
    """Store the sums of a day's hours; return False if the claim was lost. No hour changes meanwhile."""
    state = RollupState.objects.select_for_update().get(pk=1)
    if state.claimed_by != token:
        return False
    RollupDay.objects.update_or_create(day=day, defaults={"totals": totals_of_day(day).stored(), "version": VERSION})
    return True


def _future_delete(now: datetime) -> None:
    """Delete hours that have not begun: they were computed while the clock was ahead, and are computed again."""
    future = RollupHour.objects.filter(hour__gt=hour_of(now))
    if future.exists():
        with transaction.atomic():
            for table in TABLES:
                table._default_manager.filter(hour__gt=hour_of(now)).delete()
            RollupDay.objects.filter(day__gte=hour_of(now) // DAY_HOURS).delete()
            future.delete()


def hours_freeze(*, until: datetime) -> None:
    """Record that notifications which ended up to this time are being pruned; part of the pruning transaction.

    Their hours are not computed again, because they would lose what was counted.
    """
    RollupState.objects.get_or_create(pk=1)
    RollupState.objects.filter(pk=1, pruned_hour__lt=hour_of(until)).update(pruned_hour=hour_of(until))


@transaction.atomic
def rollups_prune(before: datetime) -> int:
    """Delete the statistics of some of the hours before the given time; return how many hours."""
    old = RollupHour.objects.filter(hour__lt=hour_of(before)).order_by("hour")
    hours = list(old.values_list("hour", flat=True)[:HOURS_PRUNED_AT_ONCE])
    for table in (*TABLES, RollupHour):
        table._default_manager.filter(hour__in=hours).delete()
    RollupDay.objects.filter(day__in={hour // DAY_HOURS for hour in hours}).delete()
    return len(hours)
