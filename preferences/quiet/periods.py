"""When weekly hours begin and end as moments, in a zone whose clocks change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from preferences.quiet.schedule import Stretch

Period = tuple[datetime, datetime]
DAY = timedelta(days=1)
# The furthest that a period may reach beyond the days asked for: hours that fill a week are refused.
LONGEST = timedelta(days=8)


def periods_between(stretches: Iterable[Stretch], zone: ZoneInfo, begin: datetime, end: datetime) -> list[Period]:
    """Return the periods that begin before `end` and end after `begin`, in order; hours that touch are one period.

    A period begins when the clock first shows its beginning, and ends when it last shows its end: in the hour that a
    clock shows twice nobody is woken in between. A time that the clock leaps over is the moment of the leap.
    """
    found: list[Period] = []
    first, last = begin.astimezone(zone).date() - LONGEST, end.astimezone(zone).date() + LONGEST
    for starts_at, ends_at in sorted(stretches_on_days(list(stretches), zone, first, last)):
        if found and starts_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends_at))
        else:
            found.append((starts_at, ends_at))
    return [period for period in found if period[0] < end and period[1] > begin]


def stretches_on_days(stretches: list[Stretch], zone: ZoneInfo, first: date, last: date) -> Iterator[Period]:
    """Yield each stretch on each of the days on which it begins; none for one that the clock leaps over as a whole."""
    day = first
    while day <= last:
        for stretch in stretches:
            if stretch.day == day.weekday():
                starts_at = moment_of(day, stretch.start, zone, is_last=False)
                ends_at = moment_of(day, stretch.end, zone, is_last=True)
                if starts_at < ends_at:
                    yield starts_at, ends_at
        day += DAY


def moment_of(day: date, minutes: int, zone: ZoneInfo, *, is_last: bool) -> datetime:
    """Return when the zone's clock shows `minutes` after the day's midnight, the first or the last time."""
    shown = datetime.combine(day, time()) + timedelta(minutes=minutes)
    early, late = sorted(shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) != shown:
        return leap_between(early, late, zone)
    return late if is_last else early


def leap_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, to the second, at which the zone's offset changes between two moments."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
