"""Announcing through the database connection, and parameters of listening connections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

# A server that disappears is detected after about 30 seconds.
LISTENING = {
    "autocommit": True,
    "application_name": "callboard listener",
    "connect_timeout": 3,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something has changed. An empty payload means anything may have changed, because announcements may be lost."""

    channel: str
    payload: str = ""


def wakeups_supported() -> bool:
    """Return True if the database supports announcements."""
    return connection.vendor == "postgresql"


def announce(channel: str, payload: str = "") -> None:
    """Wake everything that listens to the channel when the current transaction commits, or at once outside of one.

    `payload` (at most 7,999 bytes) says what changed; equal announcements in a transaction are delivered once.
    """
    if wakeups_supported():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])


def listening_parameters() -> dict[str, Any]:
    """Return the psycopg parameters for a listening connection, which is separate from Django's connections."""
    parameters = connection.get_connection_params()
    del parameters["cursor_factory"], parameters["context"]
    return {**parameters, **LISTENING}


def listen_statement(channels: Sequence[str]) -> sql.Composed:
    """Return the statements that subscribe a connection to the channels."""
    return sql.SQL(";").join(sql.SQL("LISTEN {}").format(sql.Identifier(channel)) for channel in channels)
