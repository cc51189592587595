"""Periods of weekly hours, compared with a check of every minute on the zone's clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preferences.quiet.periods import Period, periods_between
from preferences.quiet.schedule import Stretch, hours_read
from tests.preferences.quiet.test_schedule import STRETCHES

MINUTE = timedelta(minutes=1)
# Time zones with clock changes at night, at midnight, by half an hour and by a whole day, and one without.
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata")
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 28, 22, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
)


def quiet_minutes(stretches: list[Stretch], zone: ZoneInfo, begin: datetime, end: datetime) -> set[datetime]:
    """Return the quiet minutes: each stretch lasts from the first minute not before its beginning on the zone's clock
    to the last one before its end.
    """
    quiet: set[datetime] = set()
    minutes = [begin - timedelta(days=4) + MINUTE * number for number in range(int((end - begin) / MINUTE) + 8 * 1440)]
    clock = [moment.astimezone(zone).replace(tzinfo=None) for moment in minutes]
    for number in range(1, (clock[-1].date() - clock[0].date()).days - 1):
        midnight = datetime.combine(clock[0].date() + timedelta(days=number), time())
        for stretch in (stretch for stretch in stretches if stretch.day == midnight.weekday()):
            starts, ends = midnight + stretch.start * MINUTE, midnight + stretch.end * MINUTE
            first = next(number for number, shown in enumerate(clock) if shown >= starts)
            last = max((number for number, shown in enumerate(clock) if shown < ends), default=-1)
            quiet.update(minutes[first : last + 1])
    return {moment for moment in quiet if begin <= moment < end}


def minutes_of(periods: list[Period], begin: datetime, end: datetime) -> set[datetime]:
    minutes = [begin + MINUTE * number for number in range(int((end - begin) / MINUTE))]
    return {moment for moment in minutes if any(starts <= moment < ends for starts, ends in periods)}


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(
    st.lists(STRETCHES, min_size=1, max_size=3),
    st.sampled_from(ZONES),
    st.sampled_from(CHANGES),
    st.integers(0, 2 * 1440),
)
def test_periods_are_the_quiet_minutes_on_the_clock(
    stretches: list[Stretch], name: str, change: datetime, before: int
) -> None:
    zone, begin = ZoneInfo(name), change - before * MINUTE
    end = begin + timedelta(days=2)
    periods = periods_between(stretches, zone, begin, end)
    assert minutes_of(periods, begin, end) == quiet_minutes(stretches, zone, begin, end)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(periods))


@pytest.mark.parametrize(
    ("hours", "begin", "starts_at", "ends_at"),
    [
        # Across midnight, and across the end of the week.
        ("sun 22:00-07:00", "2026-01-04 12:00", "2026-01-04 21:00", "2026-01-05 06:00"),
        # Friday evening to Monday morning is one period.
        (
            "fri 18:00-24:00; sat,sun 00:00-24:00; mon 00:00-08:00",
            "2026-01-09 12:00",
            "2026-01-09 17:00",
            "2026-01-12 07:00",
        ),
        # The clock change skips the hour from 2:00 to 3:00: the period ends at the change.
        ("sun 00:00-02:30", "2026-03-28 12:00", "2026-03-28 23:00", "2026-03-29 01:00"),
        # The hour from 2:00 to 3:00 occurs twice: the period ends at the second 2:30.
        ("sun 00:00-02:30", "2026-10-24 12:00", "2026-10-24 22:00", "2026-10-25 01:30"),
    ],
)
def test_examples_in_berlin(hours: str, begin: str, starts_at: str, ends_at: str) -> None:
    after, *expected = (datetime.fromisoformat(f"{moment}Z") for moment in (begin, starts_at, ends_at))
    found = periods_between(hours_read(hours), ZoneInfo("Europe/Berlin"), after, after + timedelta(days=1))
    assert found == [tuple(expected)]
