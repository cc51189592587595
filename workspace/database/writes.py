"""Optional writes of requests."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import Error, transaction

from workspace.database.troubles import trouble_of
from workspace.logs.events import LogEvent

WRITE_SKIPPED = LogEvent(
    "database.write_skipped",
    "A write that requests can do without was skipped, because the database could not save it.",
    level=logging.ERROR,
)


def write_if_possible(write: Callable[[], object]) -> None:
    """Perform a write that the request does not depend on; skip it while the database cannot save anything."""
    try:
        with transaction.atomic():
            write()
    except Error as error:
        if trouble_of(error) is None:
            raise
        WRITE_SKIPPED.exception()
