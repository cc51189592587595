"""Listening in a process that does nothing else while it waits."""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Sequence
from typing import Any

import psycopg

from workspace.logs.events import LogEvent
from workspace.wakeups.announcements import Announcement, listen_statement, listening_parameters, wakeups_supported

LISTENER_LOST = LogEvent(
    "announcements.listener_lost",
    "The database sends no announcements to a worker, which queries it in short intervals.",
    level=logging.WARNING,
)

# The time between attempts to connect to an unavailable database.
RECONNECT_SECONDS = 1.0


class Listener:
    """Receives announcements on some channels. For a single thread, which waits on it.

    A broken connection is re-established. Announcements may have been missed meanwhile, so one without payload is then
    returned for each channel.
    """

    def __init__(self, *channels: str) -> None:
        self._channels = channels
        self._connection: psycopg.Connection[Any] | None = None
        self._tried_at = float("-inf")

    @property
    def is_connected(self) -> bool:
        """True if announcements are received at the moment. If not, the caller must poll."""
        return self._connection is not None

    def wait(self, seconds: float, *, until_readable: Sequence[int] = ()) -> list[Announcement]:
        """Wait until there is an announcement, a file descriptor in `until_readable` is readable, or the time is over.

        Returns the announcements since the last call.
        """
        if missed := self._connect():
            return missed
        own = [self._connection.fileno()] if self._connection else []
        ready, _writable, _failed = select.select([*own, *until_readable], [], [], max(seconds, 0))
        return self._receive() if own and own[0] in ready else []

    def close(self) -> None:
        """Stop listening. The next wait connects again."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> list[Announcement]:
        """Connect unless connected or tried recently; return announcements that may have been missed."""
        now = time.monotonic()
        if self._connection is not None or not wakeups_supported() or now - self._tried_at < RECONNECT_SECONDS:
            return []
        self._tried_at = now
        try:
            self._connection = psycopg.connect(**listening_parameters())
            self._connection.execute(listen_statement(self._channels))
        except psycopg.Error as error:
            self._disconnect(error)
            return []
        return [Announcement(channel) for channel in self._channels]

    def _receive(self) -> list[Announcement]:
        assert self._connection
        try:
            return [Announcement(notify.channel, notify.payload) for notify in self._connection.notifies(timeout=0)]
        except psycopg.Error as error:
            self._disconnect(error)
            return []

    def _disconnect(self, error: psycopg.Error) -> None:
        LISTENER_LOST.log(exc_info=error)
        self.close()
