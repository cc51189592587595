"""Recognizing errors that say that the database is unavailable: for now, and through no fault of the request."""

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
        """What an administrator reads."""
        return SENTENCES[self]

    @property
    def retry_after(self) -> int:
        """After how many seconds it makes sense to try again."""
        return 30 if self in (Trouble.FULL, Trouble.READ_ONLY) else 2


SENTENCES: dict[Trouble, Promise] = {
    Trouble.FULL: gettext_lazy("The disk of the database is full, so nothing can be saved."),
    Trouble.READ_ONLY: gettext_lazy("The database is read-only, so nothing can be saved."),
    Trouble.LOCKED: gettext_lazy("The database was locked by another process for too long."),
    Trouble.NO_CONNECTION: gettext_lazy(
        "There was no database connection: all were in use, or the database server did not respond."
    ),
}
# SQLite's primary result codes. An I/O error is most often a disk that is full or gone.
SQLITE = {
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_IOERR: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_CANTOPEN: Trouble.NO_CONNECTION,
}
# PostgreSQL's SQLSTATE codes, or the class (the first two characters) of several.
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
    """Return why the database (or the disk below it) is unavailable; None for every other error."""
    if isinstance(error, OSError):
        return FILES.get(error.errno or 0)
    if isinstance(error, Error):
        cause = error.__cause__
        if isinstance(cause, psycopg.Error | sqlite3.Error):
            return trouble_of(cause)
        # Django raises this itself for a connection that is closed.
        return Trouble.NO_CONNECTION if isinstance(error, InterfaceError) else None
    if isinstance(error, sqlite3.Error):
        return SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, psycopg.Error):
        state = error.sqlstate or ""
        found = POSTGRESQL.get(state) or POSTGRESQL.get(state[:2])
        # A connection that breaks, cannot be made, or is not free in the pool: no answer, and so no code.
        is_lost = not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return Trouble.NO_CONNECTION if is_lost else found
    return None
