"""Reads the statistics of a period from the hourly rows. The number of notifications does not matter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, Min, Q, QuerySet, Sum, Value, When

from push.models import (
    DeliveryHour,
    DurationHour,
    Measure,
    Notification,
    OutcomeHour,
    RollupHour,
    RollupState,
    State,
)
from push.models.rollups import hour_of
from push.selectors.statistics.histogram import percentile
from push.selectors.statistics.periods import Part, Period

RECENTLY = timedelta(days=7)
MAX_VALUES = 100
IS_CURRENT, IS_PREVIOUS = 1, 0


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows are read; empty values match all. Notifications have no provider and no app, only deliveries do."""

    channel: str = ""
    provider: str = ""
    app: str = ""

    @property
    def only_deliveries(self) -> bool:
        """Return True if only deliveries are shown."""
        return bool(self.provider or self.app)

    def of_notifications(self) -> Q:
        """Return the condition for rows about notifications."""
        return Q(channel=self.channel) if self.channel else Q()

    def of_deliveries(self) -> Q:
        """Return the condition for rows about deliveries."""
        chosen = {"channel": self.channel, "provider": self.provider, "app": self.app}
        return Q(**{name: value for name, value in chosen.items() if value})

    def of_durations(self) -> Q:
        """Return the condition for rows with durations."""
        deliveries = Q(measure=Measure.DELIVERY) & self.of_deliveries()
        if self.only_deliveries:
            return deliveries
        return deliveries | (~Q(measure=Measure.DELIVERY) & self.of_notifications())


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
class Totals:
    """The figures of a whole period, by all keys but the time.

    Outcomes are keyed by channel, state and code; deliveries by channel, provider, app, answer and code; durations by
    measure, channel, provider, app and code.
    """

    outcomes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    deliveries: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    received: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)
    durations: defaultdict[tuple[str, str, str, str, str], Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def ended(self, state: str, channel: str = "") -> int:
        """Return how many notifications ended with the state."""
        return sum(count for key, count in self.outcomes.items() if key[1] == state and channel in ("", key[0]))

    def answered(self, *answers: str) -> int:
        """Return how many deliveries were answered in one of these ways; without any, all of them."""
        return sum(count for key, count in self.deliveries.items() if not answers or key[3] in answers)

    def confirmed(self) -> int:
        """Return how many deliveries were confirmed by the device."""
        return self.received.total()

    def percentile(self, measure: str, share: float, **columns: str) -> float | None:
        """Return an estimate of a percentile (seconds) of the durations with these column values; None if none."""
        names = ("measure", "channel", "provider", "app", "code")
        wanted = {names.index(name): value for name, value in columns.items()}
        merged: Counter[int] = Counter()
        for key, histogram in self.durations.items():
            if key[0] == measure and all(key[position] == value for position, value in wanted.items()):
                merged.update(histogram)
        return percentile(merged, share)


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
    by_key = {part.part.key: part for part in figures.parts}
    _parts_add(figures, by_key)
    _totals_add(figures)
    return figures


def _rows(rows: QuerySet[OutcomeHour] | QuerySet[DeliveryHour] | QuerySet[DurationHour], period: Period) -> QuerySet:  # type: ignore[type-arg]
    return rows.filter(hour__gte=period.begin, hour__lt=period.end).order_by().annotate(part=period.part_key())


def _parts_add(figures: Figures, by_key: dict[int, PartFigures]) -> None:
    period, filters = figures.period, figures.filters
    if not filters.only_deliveries:
        outcomes = _rows(OutcomeHour.objects.filter(filters.of_notifications()), period)
        for key, state, count in outcomes.values_list("part", "state").annotate(Sum("count")):
            by_key[key].states[state] += count
    deliveries = _rows(DeliveryHour.objects.filter(filters.of_deliveries()), period)
    answered = deliveries.values_list("part", "answer")
    for key, answer, count, received in answered.annotate(Sum("count"), Sum("received")):
        by_key[key].answers[answer] += count
        by_key[key].received += received
    durations = _rows(DurationHour.objects.filter(filters.of_durations()), period)
    for key, measure, bucket, count in durations.values_list("part", "measure", "bucket").annotate(Sum("count")):
        by_key[key].durations.histograms[measure][bucket] += count


def _totals_add(figures: Figures) -> None:
    period, filters = figures.period, figures.filters
    totals = {IS_CURRENT: figures.current, IS_PREVIOUS: figures.previous}
    when = Case(When(hour__gte=period.begin, then=Value(IS_CURRENT)), default=IS_PREVIOUS, output_field=IntegerField())
    both = {"hour__gte": period.previous.begin, "hour__lt": period.end}
    if not filters.only_deliveries:
        outcomes = OutcomeHour.objects.filter(filters.of_notifications(), **both).order_by().annotate(when=when)
        for place, channel, state, code, count in outcomes.values_list("when", "channel", "state", "code").annotate(
            Sum("count")
        ):
            totals[place].outcomes[channel, state, code] += count
    deliveries = DeliveryHour.objects.filter(filters.of_deliveries(), **both).order_by().annotate(when=when)
    columns = ("when", "channel", "provider", "app", "answer", "code")
    for place, *key, count, received in deliveries.values_list(*columns).annotate(Sum("count"), Sum("received")):
        totals[place].deliveries[tuple(key)] += count
        totals[place].received[tuple(key)] += received
    durations = DurationHour.objects.filter(filters.of_durations(), **both).order_by().annotate(when=when)
    columns = ("when", "measure", "channel", "provider", "app", "code")
    for place, *key, bucket, count in durations.values_list(*columns, "bucket").annotate(Sum("count")):
        totals[place].durations[tuple(key)][bucket] += count


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
