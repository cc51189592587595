"""The figures of a span of hours by all keys but the time, and their form in a stored day or hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, Sum

from push.models import DeliveryHour, DurationHour, Measure, OutcomeHour, RollupDay, RollupHour
from push.models.rollups import DAY_HOURS
from push.selectors.statistics.histogram import histogram_add, histogram_stored, percentile
from push.selectors.statistics.hours import HourStatistics, Key

# Of the form in which days are stored. A page reads thousands of numbers, so they are not checked one by one as other
# stored JSON is: another form needs another version, and days with an unknown one are added up from their hours.
VERSION = 2


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

    def accept(self, channel: str, provider: str = "", app: str = "") -> bool:
        """Return True if rows with these columns match."""
        wanted = ((self.channel, channel), (self.provider, provider), (self.app, app))
        return all(asked in ("", value) for asked, value in wanted)


@dataclass(slots=True)
class Totals:
    """The figures of a span of hours.

    Outcomes are keyed by channel, state and code; deliveries by channel, provider, app, answer and code; durations by
    measure, channel, provider, app and code.
    """

    outcomes: Counter[Key] = field(default_factory=Counter)
    deliveries: Counter[Key] = field(default_factory=Counter)
    received: Counter[Key] = field(default_factory=Counter)
    durations: defaultdict[Key, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

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

    def add_hours(self, hours: Q, filters: Filters) -> None:
        """Add the rows of the hours that meet the condition."""
        if not filters.only_deliveries:
            outcomes = OutcomeHour.objects.filter(hours, filters.of_notifications()).order_by()
            for *outcome, count in outcomes.values_list("channel", "state", "code").annotate(Sum("count")):
                self.outcomes[tuple(outcome)] += count
        deliveries = DeliveryHour.objects.filter(hours, filters.of_deliveries()).order_by()
        columns = ("channel", "provider", "app", "answer", "code")
        for *key, count, received in deliveries.values_list(*columns).annotate(Sum("count"), Sum("received")):
            self.deliveries[tuple(key)] += count
            self.received[tuple(key)] += received
        durations = DurationHour.objects.filter(hours, filters.of_durations()).order_by()
        columns = ("measure", "channel", "provider", "app", "code")
        for *key, bucket, count in durations.values_list(*columns, "bucket").annotate(Sum("count")):
            self.durations[tuple(key)][bucket] += count

    def add_stored(self, stored: Any, filters: Filters) -> None:
        """Add a stored day or hour of this version."""
        for channel, state, code, count in stored["outcomes"]:
            if not filters.only_deliveries and filters.accept(channel):
                self.outcomes[channel, state, code] += count
        for *names, count, received in stored["deliveries"]:
            if filters.accept(*names[:3]):
                self.deliveries[tuple(names)] += count
                self.received[tuple(names)] += received
        for *names, histogram in stored["durations"]:
            if filters.accept(*names[1:4]) and (names[0] == Measure.DELIVERY or not filters.only_deliveries):
                histogram_add(self.durations[tuple(names)], histogram)

    def stored(self) -> dict[str, Any]:
        """Return the form that is stored."""
        return {
            "outcomes": [[*key, count] for key, count in self.outcomes.items()],
            "deliveries": [[*key, count, self.received[key]] for key, count in self.deliveries.items()],
            "durations": [[*key, histogram_stored(histogram)] for key, histogram in self.durations.items()],
        }


def totals_of_day(day: int) -> Totals:
    """Return the sums of the hours of a day (UTC)."""
    totals = Totals()
    totals.add_hours(Q(hour__gte=day * DAY_HOURS, hour__lt=(day + 1) * DAY_HOURS), Filters())
    return totals


def totals_of_hour(statistics: HourStatistics) -> Totals:
    """Return the figures of an hour."""
    totals = Totals()
    totals.outcomes.update(statistics.outcomes)
    totals.deliveries.update(statistics.deliveries)
    totals.received.update(statistics.received)
    for (key, bucket), count in statistics.durations.items():
        totals.durations[key][bucket] += count
    return totals


def totals_between(begin: int, end: int, filters: Filters) -> Totals:
    """Return the figures of the hours from `begin` to before `end`: from whole days and hours where these are stored.

    The rows of an hour are only read if the hour was computed by an earlier release.
    """
    totals = Totals()
    days = RollupDay.objects.filter(version=VERSION, day__gte=-(-begin // DAY_HOURS), day__lt=end // DAY_HOURS)
    added = []
    for day, stored in days.values_list("day", "totals"):
        totals.add_stored(stored, filters)
        added.append((day * DAY_HOURS, (day + 1) * DAY_HOURS))
    if left := in_spans(_remaining(begin, end, added)):
        hours = RollupHour.objects.filter(left, totals_version=VERSION)
        for hour, stored in hours.values_list("hour", "totals"):
            totals.add_stored(stored, filters)
            added.append((hour, hour + 1))
    if left := in_spans(_remaining(begin, end, added)):
        totals.add_hours(left, filters)
    return totals


def in_spans(spans: Iterable[tuple[int, int]]) -> Q:
    """Return the condition for hours in one of the spans; empty if there are none."""
    return reduce(or_, (Q(hour__gte=first, hour__lt=last) for first, last in spans), Q())


def _remaining(begin: int, end: int, added: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans of hours between `begin` and `end` without those that were added."""
    for first, last in sorted(added):
        if begin < first:
            yield begin, first
        begin = last
    if begin < end:
        yield begin, end
