"""Metrics in tests: turning them on, and reading what was scraped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from workspace.monitoring.metrics.declarations import current_recorder
from workspace.monitoring.metrics.scrape import RecordedMetrics, scrape

PROMTOOL = shutil.which("promtool")
TOKEN = "a-metrics-token"


def metrics_use(settings: Any, folder: Path) -> Iterator[None]:
    """Turn metrics on, with files in this folder, until the end of the test."""
    settings.METRICS_TOKEN, settings.DATA_DIR = TOKEN, folder
    current_recorder.forget()
    yield
    current_recorder.forget()


def recorded(name: str, **labels: str) -> float:
    """Return the sum of the series that have these labels, of what the processes recorded."""
    samples = [sample for family in RecordedMetrics().collect() for sample in family.samples]
    return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


def scraped(name: str, **labels: str) -> float | None:
    """Return the value of a series in a complete scrape; None if there is none."""
    for family in text_string_to_metric_families(scrape().decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    return None
