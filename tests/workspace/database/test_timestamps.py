"""Timestamps of PostgreSQL are read like Django reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg.adapt import Loader

from workspace.database.timestamps import UtcLoader


class PlainLoader(BaseTzLoader):
    """Django's loader."""

    timezone = UTC


TEXTS = (
    b"2026-11-30 19:22:21.076678+00",
    b"2026-11-30 19:22:21.07+00",
    b"2026-11-30 19:22:21.5+00",
    b"2026-11-30 19:22:21+00",
    b"0001-01-01 00:00:00+00",
    b"9999-12-31 23:59:59.999999+00",
)
UNREADABLE = (b"infinity", b"-infinity", b"0044-03-15 12:00:00+00 BC", b"10000-01-01 00:00:00+00")


def loader(kind: type[Loader]) -> Loader:
    return kind(psycopg.adapters.types["timestamptz"].oid, None)


@pytest.mark.parametrize("text", TEXTS, ids=bytes.decode)
def test_times(text: bytes) -> None:
    for data in (text, bytearray(text), memoryview(text)):
        value = loader(UtcLoader).load(data)
        assert isinstance(value, datetime)
        assert value == loader(PlainLoader).load(data)
        assert value.tzinfo is UTC


@pytest.mark.parametrize("text", UNREADABLE, ids=bytes.decode)
def test_times_that_python_does_not_have(text: bytes) -> None:
    errors = []
    for kind in (PlainLoader, UtcLoader):
        with pytest.raises(psycopg.DataError) as error:
            loader(kind).load(text)
        errors.append(str(error.value))
    assert errors[0] == errors[1]
