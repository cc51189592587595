"""Task queue brokers that survive outages of their servers.

django-q2's brokers raise if their server is unavailable; the reading process then sleeps for ten seconds and exits.
These brokers log the error and retry. A task that is lost in the meantime does no harm: the worker's clock finds the
rows.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django_q.brokers.orm import ORM
from django_q.brokers.redis_broker import Redis
from django_q.conf import Conf
from redis import Redis as Server
from redis import RedisError

from push.worker.signing import PackageFilter
from workspace.database.troubles import trouble_of
from workspace.wakeups import Listener, announce, wakeups_supported

log = logging.getLogger(__name__)

TROUBLE_SECONDS = 0.5
# The channel on which the database announces new tasks, and the polling interval (seconds) if announcements are lost.
TASKS = "callboard_tasks"
LISTENING_SECONDS = 1.0
# BLPOP waits for one second; a server that sends nothing for this long is considered dead.
SOCKET_SECONDS = 5

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
        """Return the next tasks, or None after a short wait without tasks or if the database is unavailable."""
        try:
            if wakeups_supported() and not self.queue_size():
                self._rest()
                return None
            tasks, invalid = self._filter.split(super().dequeue() or [])
            for key, _package in invalid:
                self.delete(key)
        except Error as error:
            trouble_log("database", error)
            connection.close()
            return None
        return tasks

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Do nothing: the state of the cluster's processes is not used."""

    def _rest(self) -> None:
        """Wait until a task is announced, or for the polling interval."""
        self._listener = self._listener or Listener(TASKS)
        self._listener.wait(LISTENING_SECONDS if self._listener.is_connected else Conf.POLL)


class RedisBroker(Redis):  # type: ignore[misc]
    """Stores tasks in Redis."""

    _filter = PackageFilter()

    @staticmethod
    def get_connection(list_key: str | None = None) -> Server:
        """Return a client with timeouts for an unresponsive server."""
        server: Server = Server.from_url(
            settings.REDIS_URL, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS
        )
        return server

    def ping(self) -> bool:
        """Return True, because the processes also start without the server and wait for it."""
        return True

    def dequeue(self) -> Tasks:
        """Return the next task, or None if the server is unavailable."""
        try:
            # Redis removes tasks when it returns them.
            tasks, _invalid = self._filter.split(super().dequeue() or [])
        except RedisError as error:
            trouble_log("Redis server", error)
            return None
        return tasks

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Do nothing: the state of the cluster's processes is not used."""


def trouble_log(name: str, error: Exception) -> None:
    """Log that the server is unavailable, and wait before the next attempt."""
    reported = error if trouble_of(error) else None
    log.warning("The %s with the tasks cannot be queried; trying again: %s", name, error, exc_info=reported)
    time.sleep(TROUBLE_SECONDS)
