"""The text that Prometheus scrapes."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from workspace.logs.events import LogEvent
from workspace.monitoring.metrics.declarations import current_recorder, metrics_declared
from workspace.monitoring.metrics.readings import families

METRICS_UNREADABLE = LogEvent(
    "metrics.unreadable",
    "The files of the metrics in `DATA_DIR` cannot be read.",
    {"problem": "the error"},
    logging.WARNING,
)

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class RecordedMetrics(Collector):
    """What the processes of this host have recorded."""

    def collect(self) -> Iterator[Metric]:
        recorder = current_recorder()
        if recorder is None:
            return
        try:
            recorded = recorder.files.collect()
        except OSError as error:
            METRICS_UNREADABLE.log(problem=error.strerror)
            return
        metrics = metrics_declared()
        for family in recorded:
            declared = metrics.get(f"{family.name}_total" if family.type == "counter" else family.name)
            if declared is None:
                # An earlier version of this software counted it.
                continue
            names = set(declared.labels)
            family.samples = [sample for sample in family.samples if sample.labels.keys() - {"le"} == names]
            family.documentation = declared.help
            yield family


class StoredMetrics(Collector):
    """What is read from the database."""

    def collect(self) -> Iterator[Metric]:
        yield from families()


def scrape() -> bytes:
    """Return all metrics, in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RecordedMetrics())
    registry.register(StoredMetrics())
    text: bytes = generate_latest(registry)
    return text
