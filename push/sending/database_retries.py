"""Writing what must not be lost, although the database is away for a moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)

Result = TypeVar("Result")

# A database that restarts is back sooner; one that fails over to another server takes about a minute.
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.2


def write_with_retries(write: Callable[[], Result]) -> Result:
    """Return what `write`, a transaction that may be repeated, returns; while the database is away it is tried again.

    After :data:`PATIENCE_SECONDS`, or within another transaction, which is lost as well, its error is raised.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() >= end:
                raise
            log.warning("The database is unavailable; the write is repeated until it succeeds.", exc_info=error)
            connection.close()
            time.sleep(PAUSE_SECONDS)
