"""The `migrate` command, which does not wait long for locks on PostgreSQL.

A migration that waits for a table blocks all later users of that table. It therefore gives up soon, lets them pass, and
tries again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

TRIES = 10
PAUSE = 5.0
# Transactions that may hold the locks, oldest first. Their statements may contain data, so they are not shown.
BLOCKERS = """
SELECT pid, coalesce(nullif(application_name, ''), usename, 'unknown'), state,
       round(extract(epoch FROM now() - xact_start))
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
ORDER BY xact_start LIMIT 5
"""


class Command(Migrate):
    """Django's command, with a time limit for locks and further tries."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        connection = connections[options["database"]]
        if connection.vendor != "postgresql" or not settings.MIGRATION_LOCK_TIMEOUT:
            return super().handle(*args, **options)
        for number in range(1, TRIES + 1):
            try:
                with lock_timeout(connection):
                    return super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
                self.give_way(connection, number)
        return None

    def give_way(self, connection: Any, number: int) -> None:
        """Report who may hold the lock, and wait for the next try; raises CommandError after the last one."""
        message = (
            f"A migration could not lock a table within {settings.MIGRATION_LOCK_TIMEOUT} seconds (try {number} of "
            f"{TRIES}). Transactions that may hold the lock:\n{blockers(connection)}"
        )
        if number == TRIES:
            raise CommandError(
                f"{message}\nNothing of this migration was changed, and the site keeps working. Wait for these "
                "transactions, or end them with SELECT pg_terminate_backend(PID), and run the command again. "
                "MIGRATION_LOCK_TIMEOUT sets the limit in seconds; 0 waits without a limit, and blocks users meanwhile."
            )
        self.stderr.write(message)
        time.sleep(PAUSE)


@contextmanager
def lock_timeout(connection: Any) -> Iterator[None]:
    """Limit how long statements on the connection wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{settings.MIGRATION_LOCK_TIMEOUT}s"])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


def blockers(connection: Any) -> str:
    """Return the oldest transactions of others, a line for each."""
    with connection.cursor() as cursor:
        cursor.execute(BLOCKERS)
        rows = cursor.fetchall()
    lines = [f"  PID {pid}: {name}, {state}, for {seconds} s" for pid, name, state, seconds in rows]
    return "\n".join(lines) or "  (none that is still running)"
