"""Returning the database connection of a thread that waits for something else."""

from __future__ import annotations

from django.db import connections


def connections_release() -> None:
    """Return the thread's connections to the pool they came from; the next query takes one again.

    Call this before waiting for a client, another server, or another thread: code that keeps a connection while it
    waits takes it from what it waits for. Persistent connections, and those in a transaction, stay as they are.
    """
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["CONN_MAX_AGE"] == 0 and not connection.in_atomic_block:
            connection.close()
