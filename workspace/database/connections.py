"""Releasing the database connection of a thread that waits for something else."""

from __future__ import annotations

from django.db import connections


def connections_release() -> None:
    """Return the thread's connections to their pool. The next query obtains a new one.

    Call this before waiting for a client, another server or another thread: otherwise the connection is blocked,
    possibly for the very code that the caller waits for. Persistent connections and those in a transaction are not
    affected.
    """
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["CONN_MAX_AGE"] == 0 and not connection.in_atomic_block:
            connection.close()
