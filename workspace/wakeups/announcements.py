"""Announcing on the database's own connection, and the connections that hear it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg import sql

# A server that vanished without a word is noticed after some thirty seconds.
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
    """That something changed. With an empty payload it may be anything: announcements may have been missed."""

    channel: str
    payload: str = ""


def wakeups_supported() -> bool:
    """Return whether the database carries announcements at all."""
    return connection.vendor == "postgresql"


def announce(channel: str, payload: str = "") -> None:
    """Wake whoever listens to the channel once the running transaction is committed, at once outside of one.

    `payload` (at most 7,999 bytes) tells of what; equal announcements of one transaction arrive as one.
    """
    if wakeups_supported():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])


def listening_parameters() -> dict[str, Any]:
    """Return how psycopg connects to the database in order to listen, apart from Django's own connections."""
    parameters = connection.get_connection_params()
    del parameters["cursor_factory"], parameters["context"]
    return {**parameters, **LISTENING}


def listen_statement(channels: Sequence[str]) -> sql.Composed:
    """Return the statements that make a connection hear the channels."""
    return sql.SQL(";").join(sql.SQL("LISTEN {}").format(sql.Identifier(channel)) for channel in channels)
