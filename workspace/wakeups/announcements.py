"""Announcing through the database connection, and parameters of listening connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
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

# Called with channel and payload on a database without announcements, to wake what waits in this process.
local_wakers: list[Callable[[str, str], None]] = []


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

    `payload` (at most 7,999 bytes) says what changed; equal announcements in a transaction are delivered once. Without
    support by the database, only this process is woken; others poll.
    """
    if wakeups_supported():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
    else:
        transaction.on_commit(lambda: wake_process(channel, payload))


def wake_process(channel: str, payload: str) -> None:
    """Wake what waits in this process."""
    for wake in local_wakers:
        wake(channel, payload)


def listening_parameters() -> dict[str, Any]:
    """Return the psycopg parameters for a listening connection, which is separate from Django's connections."""
    parameters = connection.get_connection_params()
    del parameters["cursor_factory"], parameters["context"]
    return {**parameters, **LISTENING}


def listen_statement(channels: Sequence[str]) -> sql.Composed:
    """Return the statements that subscribe a connection to the channels."""
    return sql.SQL(";").join(sql.SQL("LISTEN {}").format(sql.Identifier(channel)) for channel in channels)
