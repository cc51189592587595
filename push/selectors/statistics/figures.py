"""Reads the statistics of a period from the hourly rows. The number of notifications does not matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Min, Sum

from push.models import (
    DeliveryHour,
    DurationHour,
    Notification,
    OutcomeHour,
    RollupHour,
    RollupState,
    State,
)
from push.models.rollups import hour_of
from push.selectors.statistics.histogram import histogram_add, percentile
from push.selectors.statistics.periods import Part, Period
from push.selectors.statistics.summaries import VERSION, channels_of
from push.selectors.statistics.totals import Filters, Totals, totals_between

RECENTLY = timedelta(days=7)
MAX_VALUES = 100


@dataclass(slots=True)
class Durations:
    """Histograms by measure."""

    histograms: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def percentile(self, measure: str, share: float) -> float | None:
        """Return an estimate of a percentile in seconds; None if there are no durations."""
        return percentile(self.histograms[measure], share)


@dataclass(slots=True)
class PartFigures:
    """The figures of one hour or day."""

    part: Part
    states: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    received: int = 0
    durations: Durations = field(default_factory=Durations)


@dataclass(slots=True)
class Figures:
    """The statistics of a period, in parts and in total, and the totals of the period before."""

    period: Period
    filters: Filters
    parts: list[PartFigures]
    current: Totals = field(default_factory=Totals)
    previous: Totals = field(default_factory=Totals)

    @property
    def is_empty(self) -> bool:
        """Return True if nothing happened in the period."""
        return not self.current.outcomes and not self.current.deliveries


@dataclass(frozen=True, slots=True)
class Freshness:
    """When the statistics were last computed, and how many hours of the period have never been."""

    computed_at: datetime | None
    missing_hours: int


def figures_of(period: Period, filters: Filters) -> Figures:
    """Return the statistics of a period and of the one before."""
    figures = Figures(period, filters, [PartFigures(part) for part in period.parts()])
    if filters.only_deliveries:
        _filtered_parts_add(figures)
    else:
        _parts_add(figures)
    figures.current = totals_between(period.begin, period.end, filters)
    figures.previous = totals_between(period.previous.begin, period.previous.end, filters)
    return figures


def _parts_add(figures: Figures) -> None:
    """Add the summaries of the hours."""
    period, channel = figures.period, figures.filters.channel
    by_hour = {hour: part for part in figures.parts for hour in range(part.part.begin, part.part.end)}
    hours = RollupHour.objects.filter(version=VERSION, hour__gte=period.begin, hour__lt=period.end)
    for hour, summary in hours.values_list("hour", "summary"):
        part = by_hour[hour]
        for stored in channels_of(summary, channel):
            part.states.update(stored["states"])
            part.answers.update(stored["answers"])
            part.received += stored["received"]
            for measure, histogram in stored["durations"].items():
                histogram_add(part.durations.histograms[measure], histogram)


def _filtered_parts_add(figures: Figures) -> None:
    """Add the hours' deliveries of a provider or app, which the summaries do not distinguish."""
    period, filters = figures.period, figures.filters
    by_key = {part.part.key: part for part in figures.parts}
    hours = {"hour__gte": period.begin, "hour__lt": period.end}
    deliveries = DeliveryHour.objects.filter(filters.of_deliveries(), **hours).order_by()
    answered = deliveries.annotate(part=period.part_key()).values_list("part", "answer")
    for key, answer, count, received in answered.annotate(Sum("count"), Sum("received")):
        by_key[key].answers[answer] += count
        by_key[key].received += received
    durations = DurationHour.objects.filter(filters.of_durations(), **hours).order_by()
    by_bucket = durations.annotate(part=period.part_key()).values_list("part", "measure", "bucket")
    for key, measure, bucket, count in by_bucket.annotate(Sum("count")):
        by_key[key].durations.histograms[measure][bucket] += count


def choices_of(period: Period) -> tuple[list[str], list[str]]:
    """Return the providers and the apps that occur in the period."""
    rows = DeliveryHour.objects.filter(hour__gte=period.begin, hour__lt=period.end).order_by()
    pairs = set(rows.values_list("provider", "app").distinct())
    return sorted({provider for provider, _app in pairs}), sorted({app for _provider, app in pairs if app})


def recent_values(column: str, now: datetime) -> list[str]:
    """Return the values of a column of recent deliveries, for filters."""
    rows = DeliveryHour.objects.filter(hour__gte=hour_of(now - RECENTLY)).order_by()
    return list(rows.values_list(column, flat=True).distinct()[:MAX_VALUES])


def freshness(period: Period, now: datetime) -> Freshness:
    """Return when the statistics were last computed, and how many hours of the period are missing."""
    last = RollupHour.objects.order_by("-hour").values_list("computed_at", flat=True).first()
    first = Notification.objects.filter(finished_at__isnull=False).aggregate(first=Min("finished_at"))["first"]
    if first is None:
        return Freshness(last, 0)
    pruned = RollupState.objects.filter(pk=1).values_list("pruned_hour", flat=True).first() or 0
    begin, end = max(period.begin, hour_of(first), pruned + 1), min(period.end, hour_of(now) + 1)
    computed = RollupHour.objects.filter(hour__gte=begin, hour__lt=end).count()
    return Freshness(last, max(end - begin - computed, 0))


def hours_with_failures(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the hours in which notifications failed, newest first, each with their number."""
    failed = OutcomeHour.objects.filter(state=State.FAILED, hour__gte=begin, hour__lt=end).order_by("-hour")
    yield from failed.values_list("hour").annotate(Sum("count"))
