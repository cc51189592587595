"""Periods of statistics, divided into hours or into days of the reader's time zone.

Statistics are stored by hours of UTC. Where a day begins at half past of such an hour, as in India, the hour belongs to
the day in which it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.db.models import Case, ExpressionWrapper, F, IntegerField, Value, When

from push.models.rollups import hour_of, hour_start

DAY_MINUTES = 24 * 60
EPOCH = date(1970, 1, 1)
MAX_DAYS = 400
# Longer periods are divided into days.
MAX_HOURLY_DAYS = 7
# By name, as in addresses: hours that end with the current one.
HOURLY = {"24h": 24, "7d": 7 * 24}
# Days that end with today.
DAILY = {"30d": 30, "90d": 90}
DEFAULT = "24h"
CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Part:
    """One hour or day of a period: its key in queries, its first hour, and the hour after its last."""

    key: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Period:
    """The hours from `begin` to before `end`, in a time zone."""

    name: str
    begin: int
    end: int
    is_daily: bool
    zone: tzinfo

    @property
    def first_day(self) -> date:
        """Return the day, in the time zone, in which the period begins."""
        return self.local(self.begin).date()

    @property
    def last_day(self) -> date:
        """Return the day, in the time zone, in which the last hour begins."""
        return self.local(self.end - 1).date()

    @property
    def previous(self) -> Period:
        """Return the period of the same number of days, or hours, directly before."""
        if self.is_daily:
            days = (self.last_day - self.first_day).days + 1
            begin = first_hour(self.first_day - timedelta(days=days), self.zone)
        else:
            begin = self.begin - (self.end - self.begin)
        return Period(self.name, begin, self.begin, self.is_daily, self.zone)

    def local(self, hour: int) -> datetime:
        """Return the time at which the hour begins, in the time zone."""
        return hour_start(hour).astimezone(self.zone)

    def parts(self) -> list[Part]:
        """Return the hours or days, oldest first. The days when clocks change have 23 or 25 hours."""
        if not self.is_daily:
            return [Part(hour, hour, hour + 1) for hour in range(self.begin, self.end)]
        days = (self.last_day - self.first_day).days + 1
        begins = [first_hour(self.first_day + timedelta(days=day), self.zone) for day in range(days + 1)]
        number = (self.first_day - EPOCH).days
        return [Part(number + day, begins[day], begins[day + 1]) for day in range(days)]

    def part_key(self) -> F | ExpressionWrapper[Case]:
        """Return an expression for the key of the part to which a row's hour belongs."""
        if not self.is_daily:
            return F("hour")
        *changes, last = self._offsets()
        ends = [hour for hour, _minutes in changes[1:]] + ([last[0]] if changes else [])
        days = [
            When(hour__lt=end, then=_day_number(minutes)) for end, (_hour, minutes) in zip(ends, changes, strict=True)
        ]
        return ExpressionWrapper(Case(*days, default=_day_number(last[1])), output_field=IntegerField())

    def _offsets(self) -> list[tuple[int, int]]:
        """Return the offsets from UTC in minutes, each with the first hour of the period in which it applies."""
        offsets: list[tuple[int, int]] = []
        for hour in range(self.begin, self.end):
            offset = self.local(hour).utcoffset() or timedelta()
            minutes = int(offset.total_seconds() // 60)
            if not offsets or offsets[-1][1] != minutes:
                offsets.append((hour, minutes))
        return offsets


def _day_number(minutes: int) -> ExpressionWrapper:  # type: ignore[type-arg]
    """Return an expression for the number of the local day, since 1970, in which a row's hour begins."""
    number = (F("hour") * Value(60) + Value(minutes)) / Value(DAY_MINUTES)
    return ExpressionWrapper(number, output_field=IntegerField())


def first_hour(day: date, zone: tzinfo) -> int:
    """Return the first hour that begins in the local day."""
    midnight = datetime.combine(day, time.min, zone).astimezone(UTC)
    hour = hour_of(midnight)
    return hour if hour_start(hour) == midnight else hour + 1


def period_named(name: str, *, now: datetime, zone: tzinfo) -> Period:
    """Return the period of this name that ends now; for an unknown name, the last 24 hours."""
    end = hour_of(now) + 1
    if name in DAILY:
        today = now.astimezone(zone).date()
        begin = first_hour(today - timedelta(days=DAILY[name] - 1), zone)
        return Period(name, begin, first_hour(today + timedelta(days=1), zone), True, zone)
    name = name if name in HOURLY else DEFAULT
    return Period(name, end - HOURLY[name], end, False, zone)


def period_between(first: date, last: date, *, zone: tzinfo) -> Period:
    """Return the period from one day to another, both included; at most `MAX_DAYS` days."""
    first, last = min(first, last), max(first, last)
    first = max(first, last - timedelta(days=MAX_DAYS - 1))
    days = (last - first).days + 1
    end = first_hour(last + timedelta(days=1), zone)
    return Period(CUSTOM, first_hour(first, zone), end, days > MAX_HOURLY_DAYS, zone)


def period_names() -> Iterator[str]:
    """Yield the names of the periods that end now."""
    yield from HOURLY
    yield from DAILY
