"""Fast reading of timestamps from PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template


class UtcLoader(BaseTzLoader):  # type: ignore[misc]
    """Reads timestamps of connections whose time zone is UTC.

    Django splits each text with a regular expression, which takes 13 times the processor time (measured: 5.6 µs instead
    of 0.4 µs). It still reads what Python's own function rejects: times before the year 1 and after 9999, and infinity.
    """

    timezone = UTC

    def load(self, data: bytes | bytearray | memoryview) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            value: datetime = super().load(data)
            return value


def timestamp_loader_register() -> None:
    """Let PostgreSQL connections use the loader."""
    if connection.vendor == "postgresql" and connection.timezone is UTC:
        get_adapters_template(settings.USE_TZ, connection.timezone).register_loader("timestamptz", UtcLoader)
