"""Reports of an unavailable database: one log line per minute, and a line on the dashboard."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress

from django.core.cache import cache

from workspace.database.troubles import Trouble, trouble_of
from workspace.logs.events import LogEvent

DATABASE_UNAVAILABLE = LogEvent(
    "database.unavailable",
    "Requests or tasks fail because the database is unavailable. There is one line per minute and kind of problem, "
    "in place of their tracebacks.",
    {
        "trouble": "the kind of problem",
        "problem": "the database's message",
        "others": "how many failed since the previous line",
    },
    logging.ERROR,
)

INTERVAL_SECONDS = 60.0
# How long a problem is shown on the dashboard after its last log line.
SHOWN_SECONDS = 600


class TroubleFilter(logging.Filter):
    """Replaces tracebacks of requests and tasks that failed because the database is unavailable.

    They all fail in the same way, so there is one line per minute and kind of problem, with the database's message and
    the number of failures since the previous line.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._logged_at: dict[Trouble, float] = {}
        self._unlogged: dict[Trouble, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        trouble = trouble_of(error)
        if trouble is None:
            return True
        now = time.monotonic()
        with self._lock:
            is_due = now - self._logged_at.get(trouble, float("-inf")) >= INTERVAL_SECONDS
            unlogged = 0 if is_due else self._unlogged.get(trouble, 0) + 1
            others, self._unlogged[trouble] = self._unlogged.get(trouble, 0), unlogged
            if is_due:
                self._logged_at[trouble] = now
        if not is_due:
            return False
        trouble_remember(trouble)
        fields = {"trouble": trouble.value, "problem": " ".join(str(error).split()), "others": others}
        DATABASE_UNAVAILABLE.put_in(record, fields)
        return True


def trouble_remember(trouble: Trouble) -> None:
    """Remember for the dashboard that the database is unavailable."""
    with suppress(Exception):
        # The cache may be unavailable together with the database.
        cache.set(_key(trouble), time.time(), SHOWN_SECONDS)


def troubles_recent() -> dict[Trouble, float]:
    """Return the problems of the last ten minutes that this process knows of, with the time of each (epoch)."""
    with suppress(Exception):
        known = cache.get_many([_key(trouble) for trouble in Trouble])
        return {trouble: known[_key(trouble)] for trouble in Trouble if _key(trouble) in known}
    return {}


def _key(trouble: Trouble) -> str:
    return f"database-trouble:{trouble.name}"
