"""Databases next to that of the test run: SQLite files, or databases on the same PostgreSQL server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.conftest import caches_forget

IS_SQLITE = connection.vendor == "sqlite"


def database_name(purpose: str, directory: Path) -> str:
    """Return the name of a database of this process on PostgreSQL, or of a file in the directory."""
    return str(directory / f"{purpose}.sqlite3") if IS_SQLITE else f"test_callboard_{purpose}_{os.getpid()}"


def database_create(name: str, *, template: str = "") -> None:
    """Create a database, empty or as a copy; on SQLite, a file appears when it is used."""
    if not IS_SQLITE:
        database_drop(name)
        with connection._nodb_cursor() as cursor:
            quoted = connection.ops.quote_name
            cursor.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template or 'template0')}")
    elif template:
        shutil.copy(template, name)


def database_drop(name: str) -> None:
    """Remove a database of PostgreSQL."""
    if not IS_SQLITE:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")


class use_database:  # noqa: N801 - a context manager
    """Let this process use another database."""

    def __init__(self, name: str) -> None:
        self.name, self.former = name, connection.settings_dict["NAME"]

    def __enter__(self) -> None:
        self._switch(self.name)

    def __exit__(self, *_error: object) -> None:
        self._switch(self.former)

    @staticmethod
    def _switch(name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
        caches_forget()


@pytest.fixture
def empty_database(tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Use an empty database."""
    name = database_name("empty", tmp_path)
    with django_db_blocker.unblock():
        database_create(name)
        with use_database(name), override_settings(MIGRATION_MODULES={}):
            yield name
        database_drop(name)
