"""Databases that cannot save anything or cannot be reached."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.signals import connection_created

Break = Callable[[], AbstractContextManager[None]]


@contextmanager
def each_connection(statement: str) -> Iterator[None]:
    """Execute the statement at the start of every new connection."""

    def prepare(connection: Any, **_signal: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    connection.close()
    connection_created.connect(prepare)
    try:
        yield
    finally:
        connection_created.disconnect(prepare)
        connection.close()


@contextmanager
def read_only() -> Iterator[None]:
    is_postgresql = connection.vendor == "postgresql"
    with each_connection("SET default_transaction_read_only = on" if is_postgresql else "PRAGMA query_only = 1"):
        yield


@contextmanager
def locked() -> Iterator[None]:
    """Another process holds the write lock."""
    if connection.vendor == "postgresql":
        parameters = connection.get_connection_params()
        with psycopg.connect(
            **{name: value for name, value in parameters.items() if name not in ("cursor_factory", "context")}
        ) as other:
            other.execute("LOCK TABLE workspace_message, workspace_presence IN EXCLUSIVE MODE")
            with each_connection("SET lock_timeout = '50ms'"):
                yield
            other.rollback()
        return
    other_file = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        other_file.execute("BEGIN IMMEDIATE")
        with each_connection("PRAGMA busy_timeout = 50"):
            yield
    finally:
        other_file.close()


@contextmanager
def full() -> Iterator[None]:
    """The disk has no space for another page of the database."""
    if connection.vendor == "postgresql":
        pytest.skip("A full disk cannot be simulated on PostgreSQL.")
    with each_connection("PRAGMA max_page_count = 1"):
        yield


@pytest.fixture(params=[read_only, locked, full])
def unwritable(request: pytest.FixtureRequest) -> Break:
    made: Break = request.param
    return made
