"""What only a web process itself knows: its open sockets and streams, and its pool of database connections."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

from django.db import connection
from django.utils.module_loading import import_string

from workspace.ddp.handlers import all_handlers
from workspace.logs.events import LogEvent
from workspace.monitoring.metrics.declarations import ProcessGauge
from workspace.monitoring.metrics.readings import SAMPLES, Sample

SAMPLING_FAILED = LogEvent(
    "metrics.sampling_failed",
    "The values of a web process could not be sampled.",
    level=logging.DEBUG,
)

# Seconds between two samples.
SAMPLE_SECONDS = 5.0

SOCKETS = ProcessGauge("callboard_sockets_open", "Open web sockets (DDP).")
POOL_LIMIT = ProcessGauge(
    "callboard_database_pool_limit_connections", "Most database connections that the pools may open (PostgreSQL)."
)
POOL_SIZE = ProcessGauge("callboard_database_pool_connections", "Open database connections of the pools (PostgreSQL).")
POOL_USED = ProcessGauge(
    "callboard_database_pool_used_connections", "Database connections of the pools that are in use (PostgreSQL)."
)
POOL_WAITING = ProcessGauge(
    "callboard_database_pool_waiting_requests", "Requests that wait for a database connection (PostgreSQL)."
)


def samples() -> Iterator[Sample]:
    """Yield the current values of this process."""
    yield SOCKETS, sum(len(handlers.sockets.all) for handlers in list(all_handlers.values()))
    pool = getattr(connection, "pool", None)
    if pool is not None:
        stats = pool.get_stats()
        size = stats.get("pool_size", 0)
        yield POOL_LIMIT, stats.get("pool_max", 0)
        yield POOL_SIZE, size
        yield POOL_USED, size - stats.get("pool_available", 0)
        yield POOL_WAITING, stats.get("requests_waiting", 0)


def sample() -> None:
    """Record the current values of this process."""
    for path in SAMPLES:
        for gauge, value in import_string(path)():
            gauge.set(value)


def sampling_start() -> None:
    """Record the values of this process every few seconds, in a thread."""
    threading.Thread(target=_sample_forever, name="metrics-samples", daemon=True).start()


def _sample_forever() -> None:
    while True:
        try:
            sample()
        except Exception:
            # Such as a collection that changed while it was read. The next sample follows soon.
            SAMPLING_FAILED.exception()
        time.sleep(SAMPLE_SECONDS)
