"""Hearing announcements in a process that does nothing else meanwhile."""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Sequence
from typing import Any

import psycopg

from workspace.wakeups.announcements import Announcement, listen_statement, listening_parameters, wakeups_supported

log = logging.getLogger(__name__)

# Between two tries to reach a database that is away.
RECONNECT_SECONDS = 1.0


class Listener:
    """Hears what is announced on some channels; for one thread, which waits by it.

    A connection that breaks is made anew, and what may have been missed meanwhile is told by an announcement without
    payload for each channel.
    """

    def __init__(self, *channels: str) -> None:
        self._channels = channels
        self._connection: psycopg.Connection[Any] | None = None
        self._tried_at = float("-inf")

    @property
    def is_connected(self) -> bool:
        """Whether announcements arrive at this moment; if not, whoever waits has to look by themselves."""
        return self._connection is not None

    def wait(self, seconds: float, *, until_readable: Sequence[int] = ()) -> list[Announcement]:
        """Wait until something is announced, one of those file descriptors is readable, or the time is over.

        Returns what was announced since the last call.
        """
        if missed := self._connect():
            return missed
        own = [self._connection.fileno()] if self._connection else []
        ready, _writable, _failed = select.select([*own, *until_readable], [], [], max(seconds, 0))
        return self._receive() if own and own[0] in ready else []

    def close(self) -> None:
        """Stop listening; the next wait begins anew."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> list[Announcement]:
        """Connect, unless that is done or was tried a moment ago; returns what may have been missed before."""
        now = time.monotonic()
        if self._connection is not None or not wakeups_supported() or now - self._tried_at < RECONNECT_SECONDS:
            return []
        self._tried_at = now
        try:
            self._connection = psycopg.connect(**listening_parameters())
            self._connection.execute(listen_statement(self._channels))
        except psycopg.Error as error:
            self._lose(error)
            return []
        return [Announcement(channel) for channel in self._channels]

    def _receive(self) -> list[Announcement]:
        assert self._connection
        try:
            return [Announcement(told.channel, told.payload) for told in self._connection.notifies(timeout=0)]
        except psycopg.Error as error:
            self._lose(error)
            return []

    def _lose(self, error: psycopg.Error) -> None:
        log.warning("The database sends no announcements; it is queried in short intervals.", exc_info=error)
        self.close()
