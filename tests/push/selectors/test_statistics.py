"""Periods, percentiles and the figures that are read from the hourly statistics."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from push.models import DeliveryHour, DurationHour, Measure, OutcomeHour, RollupHour
from push.models.rollups import hour_of
from push.selectors.statistics.figures import figures_of, freshness
from push.selectors.statistics.histogram import FACTOR, bucket_of, percentile
from push.selectors.statistics.hours import HourStatistics
from push.selectors.statistics.periods import Period, period_between, period_named
from push.selectors.statistics.summaries import VERSION, summary_of
from push.selectors.statistics.totals import Filters
from tests.admin_rows import notification_of
from tests.factories import RoomFactory, UserFactory, message_in

NOW = datetime(2026, 3, 30, 12, 30, tzinfo=UTC)
BERLIN, KOLKATA, SANTIAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Santiago")


def outcomes_add(at: datetime, count: int, state: str = "sent", channel: str = "push") -> None:
    hour = hour_of(at)
    OutcomeHour.objects.create(hour=hour, channel=channel, state=state, code="", count=count)
    statistics = HourStatistics()
    for row in OutcomeHour.objects.filter(hour=hour):
        statistics.outcomes[row.channel, row.state, row.code] += row.count
    summary = {"computed_at": at, "summary": summary_of(statistics), "version": VERSION}
    RollupHour.objects.update_or_create(hour=hour, defaults=summary)


def accepted_by_day(period: Period, filters: Filters) -> list[int]:
    return [part.answers["accepted"] for part in figures_of(period, filters).parts]


def test_percentiles_are_estimated_within_the_stated_error() -> None:
    chance = random.Random(15)
    for spread in (0.1, 0.5, 1.5):
        values = sorted(chance.lognormvariate(-2, spread) for _number in range(5_000))
        histogram = Counter(bucket_of(value) for value in values)
        for share in (0.5, 0.95):
            exact = values[int(share * len(values))]
            estimate = percentile(histogram, share)
            assert estimate is not None
            assert 1 / FACTOR <= estimate / exact <= FACTOR


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile({}, 0.5) is None


def test_the_last_24_hours_end_with_the_current_hour() -> None:
    period = period_named("24h", now=NOW, zone=BERLIN)
    assert [period.local(hour).isoformat() for hour in (period.begin, period.end)] == [
        "2026-03-29T15:00:00+02:00",
        "2026-03-30T15:00:00+02:00",
    ]
    assert (period.previous.begin, period.previous.end) == (period.begin - 24, period.begin)


def test_days_are_those_of_the_time_zone_also_when_clocks_change() -> None:
    period = period_between(date(2026, 3, 22), date(2026, 3, 30), zone=BERLIN)
    lengths = {period.local(part.begin).date().day: part.end - part.begin for part in period.parts()}
    assert lengths == {22: 24, 23: 24, 24: 24, 25: 24, 26: 24, 27: 24, 28: 24, 29: 23, 30: 24}
    autumn = period_between(date(2026, 10, 20), date(2026, 10, 30), zone=BERLIN)
    assert [part.end - part.begin for part in autumn.parts()].count(25) == 1
    # Midnight does not exist on this day in Chile.
    spring = period_between(date(2026, 9, 1), date(2026, 9, 10), zone=SANTIAGO)
    assert [part.end - part.begin for part in spring.parts()].count(23) == 1


def test_the_hour_that_occurs_twice_is_two_parts() -> None:
    period = period_between(date(2026, 10, 25), date(2026, 10, 25), zone=BERLIN)
    assert not period.is_daily
    assert [period.local(part.begin).hour for part in period.parts()][:5] == [0, 1, 2, 2, 3]


def test_where_days_begin_at_half_past_an_hour_belongs_to_the_day_in_which_it_begins() -> None:
    period = period_between(date(2026, 3, 1), date(2026, 3, 20), zone=KOLKATA)
    first = period.parts()[0]
    assert period.local(first.begin).isoformat() == "2026-03-01T00:30:00+05:30"
    assert first.end - first.begin == 24


def test_a_period_is_at_most_400_days_and_its_days_may_be_swapped() -> None:
    assert len(period_between(date(2026, 3, 1), date(2020, 1, 1), zone=BERLIN).parts()) == 400
    assert period_between(date(2026, 3, 9), date(2026, 3, 1), zone=BERLIN).first_day == date(2026, 3, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("zone", [BERLIN, KOLKATA, SANTIAGO], ids=str)
@pytest.mark.parametrize("month", [3, 4, 9, 10])
def test_the_database_assigns_each_hour_to_its_day(zone: ZoneInfo, month: int) -> None:
    period = period_between(date(2026, month, 1), date(2026, month, 28), zone=zone)
    hours = range(period.begin - 3, period.end + 3)
    statistics = HourStatistics()
    statistics.deliveries["push", "apple", "org.app", "accepted", ""] = 1
    DeliveryHour.objects.bulk_create(row for hour in hours for row in statistics.rows(hour)[1])  # type: ignore[misc]
    RollupHour.objects.bulk_create(
        RollupHour(hour=hour, computed_at=NOW, summary=summary_of(statistics), version=VERSION) for hour in hours
    )
    lengths = [part.end - part.begin for part in period.parts()]
    assert accepted_by_day(period, Filters()) == lengths
    assert accepted_by_day(period, Filters(provider="apple")) == lengths


@pytest.mark.django_db
def test_figures_are_summed_by_hour_and_compared_with_the_period_before() -> None:
    outcomes_add(NOW, 3)
    outcomes_add(NOW, 2, "failed")
    outcomes_add(NOW, 7, channel="email")
    outcomes_add(NOW - timedelta(hours=23), 4)
    outcomes_add(NOW - timedelta(hours=24), 5)
    outcomes_add(NOW - timedelta(hours=48), 100)
    period = period_named("24h", now=NOW, zone=BERLIN)
    figures = figures_of(period, Filters())
    assert figures.parts[-1].states == {"sent": 10, "failed": 2}
    assert (figures.current.ended("sent"), figures.previous.ended("sent")) == (14, 5)
    assert figures_of(period, Filters(channel="email")).current.ended("sent") == 7


@pytest.mark.django_db
def test_a_filter_by_provider_or_app_shows_only_deliveries() -> None:
    common = {"hour": hour_of(NOW), "channel": "push", "count": 1}
    outcomes_add(NOW, 3)
    for provider, app in (("apple", "org.a"), ("google", "org.a"), ("google", "org.b")):
        DeliveryHour.objects.create(**common, provider=provider, app=app, answer="accepted", code="")
        DurationHour.objects.create(**common, provider=provider, app=app, measure=Measure.DELIVERY, bucket=4)
    DurationHour.objects.create(**common, measure=Measure.SENT, code="mentioned", bucket=4)
    period = period_named("24h", now=NOW, zone=BERLIN)
    every = figures_of(period, Filters()).current
    assert (every.ended("sent"), every.answered("accepted"), len(every.durations)) == (3, 3, 4)
    google = figures_of(period, Filters(provider="google")).current
    assert (google.ended("sent"), google.answered("accepted"), len(google.durations)) == (0, 2, 2)
    assert figures_of(period, Filters(provider="google", app="org.b")).current.answered("accepted") == 1


@pytest.mark.django_db
def test_hours_that_were_not_computed_yet_are_reported() -> None:
    message = message_in(RoomFactory(), UserFactory())
    notification_of(message, UserFactory(), finished_at=NOW - timedelta(hours=5))
    period = period_named("24h", now=NOW, zone=BERLIN)
    assert freshness(period, NOW).missing_hours == 6
    RollupHour.objects.create(hour=hour_of(NOW), computed_at=NOW)
    assert freshness(period, NOW).missing_hours == 5
    assert freshness(period, NOW).computed_at == NOW
