"""The figures of one hour by channel, as they are stored with the hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from push.selectors.statistics.histogram import histogram_stored
from push.selectors.statistics.hours import HourStatistics

# Of the form; see also push/selectors/statistics/totals.py.
VERSION = 2


def summary_of(statistics: HourStatistics) -> dict[str, Any]:
    """Return the form that is stored: by channel the notifications by state, attempts by answer, receipts, durations.

    Durations are histograms by measure.
    """
    channels: dict[str, Any] = {}

    def of(channel: str) -> Any:
        return channels.setdefault(channel, {"states": {}, "answers": {}, "received": 0, "durations": {}})

    for (channel, state, _code), count in statistics.outcomes.items():
        add(of(channel)["states"], state, count)
    for (channel, _provider, _app, answer, _code), count in statistics.deliveries.items():
        add(of(channel)["answers"], answer, count)
    for (channel, *_rest), count in statistics.received.items():
        of(channel)["received"] += count
    for ((measure, channel, *_others), bucket), count in statistics.durations.items():
        add(of(channel)["durations"].setdefault(measure, {}), bucket, count)
    for figures in channels.values():
        durations = figures["durations"]
        figures["durations"] = {measure: histogram_stored(histogram) for measure, histogram in durations.items()}
    return channels


def add(counts: dict[Any, int], key: Any, count: int) -> None:
    """Add to a count."""
    counts[key] = counts.get(key, 0) + count


def channels_of(summary: Any, channel: str) -> Iterator[Any]:
    """Yield the figures of the channels, or of one."""
    yield from (figures for name, figures in summary.items() if channel in ("", name))
