"""Declaring metrics. The table in docs/operate/monitoring.md, the board and the alert rules are checked against them.

Nothing is counted, and no file is opened, unless metrics are on (`METRICS_TOKEN` or `METRICS_PORT`).
"""

from __future__ import annotations

import logging
import threading
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from prometheus_client.mmap_dict import mmap_key
from prometheus_client.utils import floatToGoString

from workspace.logs.events import LogEvent
from workspace.monitoring.metrics.files import MetricFiles
from workspace.monitoring.metrics.labels import LabelValues

METRICS_NOT_COUNTED = LogEvent(
    "metrics.not_counted",
    "Metrics cannot be written to their files in `DATA_DIR`.",
    {"problem": "the error"},
    logging.WARNING,
)

# The declared metrics, by the names under which they are scraped, as far as their modules have been imported.
METRICS: dict[str, Metric] = {}
# The modules that declare metrics. Upper apps add theirs.
MODULES = ["workspace.monitoring.metrics.http", "workspace.monitoring.metrics.web_process"]
# Seconds. From a query of an index to a provider that does not respond.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, float("inf"))

# Seconds until a folder that could not be created is tried again.
RETRY_SECONDS = 10.0


def metrics_on() -> bool:
    """Return True if this installation exports metrics."""
    return bool(settings.METRICS_TOKEN or settings.METRICS_PORT)


def metrics_declared() -> dict[str, Metric]:
    """Return all metrics by name, after importing the modules that declare them."""
    for module in MODULES:
        import_module(module)
    return METRICS


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric: its name in a scrape, a sentence, and the names of its labels."""

    type: ClassVar[str] = "gauge"

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        METRICS[self.name] = self

    @property
    def series(self) -> tuple[str, ...]:
        """Return the names of the metric's time series."""
        return (self.name,)


class Reading(Metric):
    """A gauge that is read when it is scraped (:mod:`workspace.monitoring.metrics.readings`)."""


@dataclass(frozen=True, eq=False)
class Recorded(Metric):
    """A metric whose values are in the files of the processes."""

    # The first part of the name of the file.
    kind: ClassVar[str]

    def keys(self, values: Sequence[str]) -> list[str]:
        """Return the keys, in the file, of the series with these values of the labels."""
        return [mmap_key(self.name, self.name, list(self.labels), list(values), self.help)]


class Counter(Recorded):
    """Counts events. The name ends with `_total`."""

    type = kind = "counter"

    def add(self, *values: str, amount: float = 1) -> None:
        """Count `amount` events with these values of the labels."""
        if amount and (recorder := current_recorder()):
            recorder.add(self, values, [(0, amount)])

    def keys(self, values: Sequence[str]) -> list[str]:
        family = self.name.removesuffix("_total")
        return [mmap_key(family, self.name, list(self.labels), list(values), self.help)]


class ProcessGauge(Recorded):
    """A value of each running process, such as its open sockets; a scrape has the sum of all processes."""

    kind = "gauge_livesum"

    def set(self, value: float, *values: str) -> None:
        """Record the current value."""
        if recorder := current_recorder():
            recorder.put(self, values, value)


@dataclass(frozen=True, eq=False)
class Histogram(Recorded):
    """Counts durations by their length. The name ends with the unit, `_seconds`."""

    type: ClassVar[str] = "histogram"
    kind: ClassVar[str] = "histogram"

    buckets: tuple[float, ...] = BUCKETS

    @property
    def series(self) -> tuple[str, ...]:
        return (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")

    def observe(self, seconds: float, *values: str, count: int = 1) -> None:
        """Count `count` events that took this long, with these values of the labels."""
        if count and (recorder := current_recorder()):
            bucket = bisect_left(self.buckets, seconds)
            recorder.add(self, values, [(bucket, count), (len(self.buckets), seconds * count)])

    def keys(self, values: Sequence[str]) -> list[str]:
        """Return the keys of the buckets, and of the sum."""
        names, bucket = [*self.labels, "le"], f"{self.name}_bucket"
        limits = [[*values, floatToGoString(limit)] for limit in self.buckets]
        buckets = [mmap_key(self.name, bucket, names, limit, self.help) for limit in limits]
        return [*buckets, mmap_key(self.name, f"{self.name}_sum", list(self.labels), list(values), self.help)]


class Recorder:
    """Records values in the files of this process. An error, such as of a full disk, only costs counts."""

    def __init__(self, folder: Path) -> None:
        self.files = MetricFiles(folder)
        self._labels = LabelValues(self.files)
        self._keys: dict[tuple[Recorded, tuple[str, ...]], list[str]] = {}

    def add(self, metric: Recorded, values: tuple[str, ...], amounts: Sequence[tuple[int, float]]) -> None:
        """Add the amounts to the values of the series, by their places."""
        try:
            self.files.add(metric.kind, self._keys_of(metric, values), amounts)
        except OSError as error:
            METRICS_NOT_COUNTED.log(problem=error.strerror)

    def put(self, metric: Recorded, values: tuple[str, ...], value: float) -> None:
        """Replace the value of the series."""
        try:
            self.files.put(metric.kind, self._keys_of(metric, values)[0], value)
        except OSError as error:
            METRICS_NOT_COUNTED.log(problem=error.strerror)

    def _keys_of(self, metric: Recorded, values: tuple[str, ...]) -> list[str]:
        keys = self._keys.get((metric, values))
        if keys is None:
            accepted = tuple(map(self._labels.accept, metric.labels, values))
            keys = metric.keys(accepted)
            if accepted == values:
                # The number of accepted values is limited, and thus the size of this cache.
                self._keys[metric, values] = keys
        return keys


class CurrentRecorder:
    """The recorder of this process, which is created with the first value."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recorder: Recorder | None = None
        self._failed_at = float("-inf")

    def __call__(self) -> Recorder | None:
        """Return the recorder; None if metrics are off, or if the folder cannot be created at the moment."""
        if not metrics_on():
            return None
        if self._recorder is None and time.monotonic() - self._failed_at > RETRY_SECONDS:
            with self._lock:
                try:
                    self._recorder = self._recorder or Recorder(settings.DATA_DIR / "metrics")
                except OSError as error:
                    self._failed_at = time.monotonic()
                    METRICS_NOT_COUNTED.log(problem=error.strerror)
        return self._recorder

    def forget(self) -> None:
        """Start again with the current settings."""
        if self._recorder:
            self._recorder.files.close()
        self._recorder = None


current_recorder = CurrentRecorder()
