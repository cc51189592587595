"""Gauges that are read when they are scraped, with a limit on the time that a scrape waits for the database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeoutError

from django.utils.module_loading import import_string
from prometheus_client.core import GaugeMetricFamily

from workspace.database.troubles import trouble_of
from workspace.logs.events import LogEvent
from workspace.monitoring.bounded import SingleFlight
from workspace.monitoring.metrics.declarations import ProcessGauge, Reading

READINGS_LATE = LogEvent(
    "metrics.readings_late",
    "The database did not answer a scrape in time.",
    level=logging.DEBUG,
)
READINGS_FAILED = LogEvent(
    "metrics.readings_failed",
    "Metrics could not be read from the database.",
    {"problem": "the error"},
    logging.WARNING,
)

# A gauge, the values of its labels, and its value.
Value = tuple[Reading, tuple[str, ...], float]

# A gauge of a process and its value.
Sample = tuple[ProcessGauge, float]

# The functions that yield the values, by dotted path. Upper apps add theirs.
READINGS: list[str] = []
# The functions that yield what only a web process knows, which it records every few seconds.
SAMPLES = ["workspace.monitoring.metrics.web_process.samples"]
# How long a scrape waits for the database (seconds).
WAIT_SECONDS = 3.0

DATABASE_UP = Reading(
    "callboard_database_up",
    "1 if the database answered this scrape in time, else 0. Without it, all gauges that are read from it are missing.",
)


def read_all() -> list[Value]:
    """Return all values; raises the database's error."""
    return [value for path in READINGS for value in import_string(path)()]


flight = SingleFlight(read_all, "metrics-readings")


def families() -> Iterator[GaugeMetricFamily]:
    """Yield the gauges, or only that the database is unavailable."""
    values: list[Value] = []
    is_up = False
    try:
        values = flight.start().result(WAIT_SECONDS)
        is_up = True
    except FutureTimeoutError:
        READINGS_LATE.log()
    except Exception as error:
        # One line, not a traceback for each scrape.
        is_up = trouble_of(error) is None
        READINGS_FAILED.log(problem=" ".join(str(error).split()))
    by_metric: dict[Reading, GaugeMetricFamily] = {}
    for metric, labels, value in [(DATABASE_UP, (), float(is_up)), *values]:
        family = by_metric.setdefault(metric, GaugeMetricFamily(metric.name, metric.help, labels=metric.labels))
        family.add_metric(labels, value)
    yield from by_metric.values()
