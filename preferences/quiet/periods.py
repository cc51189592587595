"""Computes periods (start and end times) from weekly hours, in time zones with daylight saving time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from preferences.quiet.schedule import Stretch

Period = tuple[datetime, datetime]
DAY = timedelta(days=1)
# How far a period can extend beyond the requested days. Hours that cover a whole week are refused.
LONGEST = timedelta(days=8)


def periods_between(stretches: Iterable[Stretch], zone: ZoneInfo, begin: datetime, end: datetime) -> list[Period]:
    """Return the periods that overlap the time from `begin` to `end`, in order. Adjacent hours form one period.

    If a clock change repeats an hour, a period starts at the first occurrence of its start and ends at the last
    occurrence of its end, so it is not interrupted. If a clock change skips a time, the time of the change is used.
    """
    merged: list[Period] = []
    first, last = begin.astimezone(zone).date() - LONGEST, end.astimezone(zone).date() + LONGEST
    for starts_at, ends_at in sorted(stretches_on_days(list(stretches), zone, first, last)):
        if merged and starts_at <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends_at))
        else:
            merged.append((starts_at, ends_at))
    return [period for period in merged if period[0] < end and period[1] > begin]


def stretches_on_days(stretches: list[Stretch], zone: ZoneInfo, first: date, last: date) -> Iterator[Period]:
    """Yield the period of each stretch on each day on which it starts, except those that a clock change skips."""
    day = first
    while day <= last:
        for stretch in stretches:
            if stretch.day == day.weekday():
                starts_at = time_on_day(day, stretch.start, zone, is_last=False)
                ends_at = time_on_day(day, stretch.end, zone, is_last=True)
                if starts_at < ends_at:
                    yield starts_at, ends_at
        day += DAY


def time_on_day(day: date, minutes: int, zone: ZoneInfo, *, is_last: bool) -> datetime:
    """Return the first or last time at which the zone's clock shows `minutes` after the day's midnight."""
    shown = datetime.combine(day, time()) + timedelta(minutes=minutes)
    early, late = sorted(shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) != shown:
        return clock_change_between(early, late, zone)
    return late if is_last else early


def clock_change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the time, to the second, at which the zone's UTC offset changes between two times."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
