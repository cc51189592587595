"""Writes that must not be lost, even if the database is briefly unavailable."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from workspace.logs.events import LogEvent

WRITE_REPEATED = LogEvent(
    "database.write_repeated",
    "The database is unavailable. The worker repeats a write until it succeeds.",
    level=logging.WARNING,
)

Result = TypeVar("Result")

# A failover to another database server takes about a minute; a restart is faster.
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.2


def write_with_retries(write: Callable[[], Result]) -> Result:
    """Call `write`, a repeatable transaction, and return its result. Retry while the database is unavailable.

    Raises its error after :data:`PATIENCE_SECONDS`, or at once within another transaction, which is lost as well.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() >= end:
                raise
            WRITE_REPEATED.log(exc_info=error)
            connection.close()
            time.sleep(PAUSE_SECONDS)
