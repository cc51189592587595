"""Writes that a request can do without."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import Error, transaction

from workspace.database.troubles import trouble_of

log = logging.getLogger(__name__)


def write_if_possible(write: Callable[[], object]) -> None:
    """Do a write that a request makes in passing; while the database cannot save anything, skip it."""
    try:
        with transaction.atomic():
            write()
    except Error as error:
        if trouble_of(error) is None:
            raise
        log.exception("A write was skipped.")
