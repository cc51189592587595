"""Copies of a SQLite database, with its online backup API: the site may be in use."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from workspace.backup.archive import CHUNK
from workspace.backup.problems import BackupError, Progress

PART = "database.sqlite3.gz"
PAGES = 2000
COMPRESSION = 6


def database_dump(folder: Path, progress: Progress) -> Path:
    """Write a consistent copy of the database, compressed, and return its path."""
    plain, target = folder / "database.sqlite3", folder / PART
    source = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
    with closing(source), closing(sqlite3.connect(plain)) as copy:
        plain.chmod(0o600)
        # A transaction that only reads: later changes of others do not make the copy start again.
        source.isolation_level = None
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(
            copy, pages=PAGES, sleep=0, progress=lambda *state: copied(progress, "Copying the database", *state)
        )
        source.execute("ROLLBACK")
        # So that the copy is a single file.
        copy.execute("PRAGMA journal_mode=DELETE")
    with plain.open("rb") as content, gzip.open(target, "wb", compresslevel=COMPRESSION) as compressed:
        shutil.copyfileobj(content, compressed, CHUNK)
    plain.unlink()
    return target


def copied(progress: Progress, step: str, _status: int, remaining: int, total: int) -> None:
    """Report how many pages have been copied."""
    progress(step, 1 - remaining / total if total else 1.0)


def database_check(folder: Path, progress: Progress) -> None:
    """Unpack the database and check that it is intact; raises BackupError if it is not."""
    plain = folder / "database.sqlite3"
    progress("Checking the database", None)
    try:
        with gzip.open(folder / PART) as compressed, plain.open("wb") as content:
            shutil.copyfileobj(compressed, content, CHUNK)
        with closing(sqlite3.connect(plain)) as database:
            (result,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    except (OSError, EOFError, sqlite3.Error) as error:
        raise BackupError(f"The backup's database is damaged: {error}") from error
    if result != "ok":
        raise BackupError(f"The backup's database is damaged: {result}")


def database_restore(folder: Path, progress: Progress) -> None:
    """Replace the content of the database by the checked copy, all at once: processes see the old or the new one."""
    target = Path(connection.settings_dict["NAME"])
    connection.close()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not target.exists()
    try:
        with (
            closing(sqlite3.connect(folder / "database.sqlite3")) as source,
            closing(sqlite3.connect(target)) as database,
        ):
            if is_new:
                os.chmod(target, 0o600)  # noqa: PTH101 - the file was just created by the connection
            source.backup(
                database,
                pages=PAGES,
                sleep=0,
                progress=lambda *state: copied(progress, "Restoring the database", *state),
            )
    except sqlite3.Error as error:
        raise BackupError(
            f"The database cannot be replaced: {error}. Stop the web and worker processes, and try again."
        ) from error
