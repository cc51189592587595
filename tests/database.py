"""The database of a test run: created from the models, and reset after a test that commits."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql


def migrations_record() -> None:
    """Record all migrations as applied, in a database whose tables were created from the models."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    recorder.migration_qs.bulk_create([recorder.Migration(app=app, name=name) for app, name in disk])


def template_name() -> str:
    """Return the name of the database that the workers of this run copy."""
    return f"test_callboard_template_{os.environ['TEST_RUN']}"


def template_use() -> None:
    """Let this worker copy its database from the template on PostgreSQL, which the first worker creates."""
    with _alone():
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template_name()])
            exists = cursor.fetchone() is not None
        if not exists:
            _template_create()
    connection.settings_dict["TEST"]["TEMPLATE"] = template_name()


def _template_create() -> None:
    given, own = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = template_name()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"] = given, own


@contextmanager
def _alone() -> Iterator[None]:
    """Let the other workers of the run wait until the block ends."""
    path = Path(tempfile.gettempdir()) / f"{template_name()}.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def template_drop() -> None:
    """Remove the template of this run, if there is one."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(template_name())))
    (Path(tempfile.gettempdir()) / f"{template_name()}.lock").unlink(missing_ok=True)


@contextmanager
def connection_kept() -> Iterator[None]:
    """Keep one connection to the SQLite file open.

    Whenever its last connection is closed, SQLite writes the log into the file and deletes it, which takes far longer
    than a test's statements.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with closing(sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)) as kept:
        kept.execute("PRAGMA user_version")
        yield


@dataclass(frozen=True)
class Beginning:
    """The rows of a new installation. Restoring them is much faster than creating them again."""

    tables: list[str]
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]

    @classmethod
    def read(cls) -> Self:
        """Return the current content of the database."""
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        rows = {}
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                columns = [column[0] for column in cursor.description]
                if found := cursor.fetchall():
                    rows[table] = (columns, found)
        return cls(tables, rows)

    def restore(self) -> None:
        """Remove all other rows, and restore the tables that have changed.

        TRUNCATE would be much slower: PostgreSQL creates new files for each truncated table.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            changed = [table for table in self.rows if not self._is_unchanged(cursor, table)]
            emptied = [table for table in self.tables if table in changed or table not in self.rows]
            statements = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in emptied]
            # SQLite executes one statement at a time. On PostgreSQL, one round trip for all is much faster.
            for statement in statements if connection.vendor == "sqlite" else ["; ".join(statements)]:
                cursor.execute(statement)
            for table in changed:
                self._rows_insert(cursor, table)

    def _is_unchanged(self, cursor: CursorWrapper, table: str) -> bool:
        """Return whether the table has the same rows as at the beginning, in the same order."""
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        return bool(cursor.fetchall() == self.rows[table][1])

    def _rows_insert(self, cursor: CursorWrapper, table: str) -> None:
        columns, rows = self.rows[table]
        names = ", ".join(map(connection.ops.quote_name, columns))
        places = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {connection.ops.quote_name(table)} ({names}) VALUES ({places})", rows)
