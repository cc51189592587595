"""The brokers of the task queue, which outlive the servers behind them.

django-q2's own brokers raise when their server is gone: the process that reads from it then sleeps for ten seconds and
ends. These log it and go on trying. A task that is lost meanwhile costs nothing: the worker's clock finds the rows.
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
# The channel on which the database tells of new tasks, and how long one may stay unnoticed should it not arrive.
TASKS = "callboard_tasks"
LISTENING_SECONDS = 1.0
# BLPOP waits for a second; a server that has said nothing for this long is gone without having said so.
SOCKET_SECONDS = 5

Tasks = list[tuple[Any, Any]] | None


class DatabaseBroker(ORM):  # type: ignore[misc]
    """Keeps tasks in the database, which wakes whoever takes them where it carries announcements."""

    _listener: Listener | None = None
    _filter = PackageFilter()

    def enqueue(self, task: str) -> Any:
        """Put the task into the queue and return its key."""
        key = super().enqueue(task)
        announce(TASKS)
        return key

    def dequeue(self) -> Tasks:
        """Return the next tasks, none when nothing came within a moment or the database cannot be asked."""
        try:
            if wakeups_supported() and not self.queue_size():
                self._rest()
                return None
            tasks, invalid = self._filter.split(super().dequeue() or [])
            for key, _package in invalid:
                self.delete(key)
        except Error as error:
            trouble_note("database", error)
            connection.close()
            return None
        return tasks

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Store nothing: no part of the product reads the state of the cluster's processes."""

    def _rest(self) -> None:
        """Wait until a task is announced, or for as long as one may stay unnoticed."""
        self._listener = self._listener or Listener(TASKS)
        self._listener.wait(LISTENING_SECONDS if self._listener.is_connected else Conf.POLL)


class RedisBroker(Redis):  # type: ignore[misc]
    """Keeps tasks in Redis."""

    _filter = PackageFilter()

    @staticmethod
    def get_connection(list_key: str | None = None) -> Server:
        """Return a client of the server, which gives up waiting for one that does not answer any more."""
        server: Server = Server.from_url(
            settings.REDIS_URL, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS
        )
        return server

    def ping(self) -> bool:
        """Return true: the processes start without the server as well, and wait for it."""
        return True

    def dequeue(self) -> Tasks:
        """Return the next task, none when the server cannot be asked."""
        try:
            # What Redis handed out is no longer in it.
            tasks, _invalid = self._filter.split(super().dequeue() or [])
        except RedisError as error:
            trouble_note("Redis server", error)
            return None
        return tasks

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Store nothing: no part of the product reads the state of the cluster's processes."""


def trouble_note(name: str, error: Exception) -> None:
    """Say that the server cannot be asked, and wait a little before it is asked again."""
    reported = error if trouble_of(error) else None
    log.warning("The %s with the tasks cannot be queried; trying again: %s", name, error, exc_info=reported)
    time.sleep(TROUBLE_SECONDS)
