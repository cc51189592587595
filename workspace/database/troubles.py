"""Detection of errors that mean that the database is unavailable, temporarily and not because of the request."""

from __future__ import annotations

import errno
import sqlite3
from enum import StrEnum

import psycopg
from django.db import Error, InterfaceError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


class Trouble(StrEnum):
    """Why the database is unavailable."""

    FULL = "disk full"
    READ_ONLY = "read-only"
    LOCKED = "locked"
    NO_CONNECTION = "no connection"

    @property
    def sentence(self) -> Promise:
        """The description for administrators."""
        return SENTENCES[self]

    @property
    def retry_after(self) -> int:
        """The number of seconds after which a retry makes sense."""
        return 30 if self in (Trouble.FULL, Trouble.READ_ONLY) else 2


SENTENCES: dict[Trouble, Promise] = {
    Trouble.FULL: gettext_lazy("The disk of the database is full, so nothing can be saved."),
    Trouble.READ_ONLY: gettext_lazy("The database is read-only, so nothing can be saved."),
    Trouble.LOCKED: gettext_lazy("The database was locked by another process for too long."),
    Trouble.NO_CONNECTION: gettext_lazy(
        "There was no database connection: all were in use, or the database server did not respond."
    ),
}
# SQLite's primary result codes. An I/O error usually means that the disk is full or gone.
SQLITE = {
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_IOERR: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_CANTOPEN: Trouble.NO_CONNECTION,
}
# PostgreSQL's SQLSTATE codes, or the first two characters for a whole class.
POSTGRESQL = {
    "53100": Trouble.FULL,
    "58030": Trouble.FULL,
    "25006": Trouble.READ_ONLY,
    "55P03": Trouble.LOCKED,
    "57014": Trouble.LOCKED,
    "40001": Trouble.LOCKED,
    "40P01": Trouble.LOCKED,
    "08": Trouble.NO_CONNECTION,
    "53": Trouble.NO_CONNECTION,
    "57": Trouble.NO_CONNECTION,
}
FILES = {errno.ENOSPC: Trouble.FULL, errno.EDQUOT: Trouble.FULL, errno.EROFS: Trouble.READ_ONLY}


def trouble_of(error: BaseException | None) -> Trouble | None:
    """Return why the database (or the disk) is unavailable; None for any other error."""
    if isinstance(error, OSError):
        return FILES.get(error.errno or 0)
    if isinstance(error, Error):
        cause = error.__cause__
        if isinstance(cause, psycopg.Error | sqlite3.Error):
            return trouble_of(cause)
        # Django itself raises this for a closed connection.
        return Trouble.NO_CONNECTION if isinstance(error, InterfaceError) else None
    if isinstance(error, sqlite3.Error):
        return SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, psycopg.Error):
        state = error.sqlstate or ""
        trouble = POSTGRESQL.get(state) or POSTGRESQL.get(state[:2])
        # The connection broke, failed, or was not available in the pool: there is no response and thus no code.
        is_lost = not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return Trouble.NO_CONNECTION if is_lost else trouble
    return None
