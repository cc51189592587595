"""Database problems, for administrators."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from workspace.database.reports import troubles_recent
from workspace.database.troubles import Trouble

# Free space in bytes. With less, the next large write may fail.
MIN_FREE_SPACE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DatabaseProblem:
    """A problem, and when it last occurred; None if it exists right now."""

    sentence: str | Promise
    noticed_at: datetime | None = None


def database_problems() -> list[DatabaseProblem]:
    """Return the reasons why data cannot be saved, now or in the last few minutes."""
    present: dict[Trouble, DatabaseProblem] = {}
    if is_read_only():
        present[Trouble.READ_ONLY] = DatabaseProblem(Trouble.READ_ONLY.sentence)
    if is_disk_full():
        sentence = gettext_lazy("The disk of this server is almost full. Once it is full, nothing can be saved.")
        present[Trouble.FULL] = DatabaseProblem(sentence)
    past = {
        trouble: DatabaseProblem(trouble.sentence, datetime.fromtimestamp(at, UTC))
        for trouble, at in troubles_recent().items()
    }
    return list((past | present).values())


def is_read_only() -> bool:
    """Return True if the database rejects all writes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT current_setting('transaction_read_only')")
            return bool(cursor.fetchone()[0] == "on")
        cursor.execute("PRAGMA query_only")
        if cursor.fetchone()[0]:
            return True
    file = Path(str(connection.settings_dict["NAME"]))
    return file.is_file() and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def is_disk_full() -> bool:
    """Return True if the disk with the installation's data and the embedded database is nearly full."""
    try:
        return shutil.disk_usage(settings.DATA_DIR).free < MIN_FREE_SPACE
    except OSError:
        return False
