"""The task queue's broker in the database, which survives outages of its server.

django-q2's brokers raise if their server is unavailable; the reading process then sleeps for ten seconds and exits.
This project's brokers log the error and retry. A task that is lost in the meantime does no harm: the worker's clock
finds the rows.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import Error, connection
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf

from push.worker.signing import PackageFilter
from workspace.database.troubles import trouble_of
from workspace.logs.events import LogEvent
from workspace.wakeups import Listener, announce, wakeups_supported

BROKER_UNAVAILABLE = LogEvent(
    "broker.unavailable",
    "The broker with the tasks cannot be queried. This is tried again.",
    {"broker": "`database` or `Redis`", "problem": "the error"},
    logging.WARNING,
)

TROUBLE_SECONDS = 0.5
# The channel on which the database announces new tasks, and the polling interval (seconds) if announcements are lost.
TASKS = "callboard_tasks"
LISTENING_SECONDS = 1.0

Tasks = list[tuple[Any, Any]] | None


class DatabaseBroker(ORM):  # type: ignore[misc]
    """Stores tasks in the database. If the database supports announcements, they wake the processes."""

    _listener: Listener | None = None
    _filter = PackageFilter()

    def enqueue(self, task: str) -> Any:
        """Add the task to the queue and return its key."""
        key = super().enqueue(task)
        announce(TASKS)
        return key

    def dequeue(self) -> Tasks:
        """Remove and return the next tasks; None after a short wait without tasks or if the database is unavailable.

        A task is not kept until it has ended. If its process dies, the worker's clock finds the work of the queue; an
        e-mail with a link or a code must be requested again.
        """
        try:
            queued = self.get_connection().filter(key=self.list_key, lock__lte=timezone.now()).order_by("pk")
            rows = list(queued.values_list("pk", "payload")[: Conf.BULK])
            if not rows:
                self._rest()
                return None
            # Another worker may be faster: only one of them deletes a row.
            tasks = self._filter.valid([(None, package) for key, package in rows if self._remove(key)])
        except Error as error:
            trouble_log("database", error)
            connection.close()
            return None
        return tasks

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Do nothing: the state of the cluster's processes is not used."""

    def _remove(self, key: int) -> bool:
        """Remove a task; return False if another worker has done so."""
        return bool(self.get_connection().filter(pk=key).delete()[0])

    def _rest(self) -> None:
        """Wait until a task is announced, or for the polling interval."""
        if not wakeups_supported():
            time.sleep(Conf.POLL)
            return
        self._listener = self._listener or Listener(TASKS)
        self._listener.wait(LISTENING_SECONDS if self._listener.is_connected else Conf.POLL)


def trouble_log(name: str, error: Exception) -> None:
    """Log that the server is unavailable, and wait before the next attempt."""
    reported = error if trouble_of(error) else None
    BROKER_UNAVAILABLE.log(broker=name, problem=str(error), exc_info=reported)
    time.sleep(TROUBLE_SECONDS)
