"""The worker's clock: it finds the work whose task was lost or was never made, because its time has only come now."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db import Error, connection
from django.utils import timezone

from push.selectors.due import claims_expired, decision_next, due_next
from push.services.heartbeat import Heartbeat
from push.services.housekeeping import Housekeeping
from push.tasks import enqueue

log = logging.getLogger(__name__)

# The longest time between two looks, in seconds; the clock wakes earlier for an item that is due before.
POLL_SECONDS = 0.25
SHORTEST_SECONDS = 0.01
# After the database was gone.
TROUBLE_SECONDS = 1.0
# A message's own task is given this long to decide upon it.
DECISION_GRACE = timedelta(seconds=1)


class Bell:
    """Wakes a task for work that waits, without filling the broker's queue while the same work goes on waiting."""

    # Between two wakings while work goes on being found, and while it is the very same.
    INTERVAL = 0.5
    PATIENCE = 5.0

    def __init__(self, task: str) -> None:
        self._task = task
        self.hush()

    def hush(self) -> None:
        """Forget the work: it is not there any more, or cannot be seen."""
        self._rung_for: object = None
        self._rung_at = float("-inf")
        self._unattended_from = float("inf")

    def hear(self, work: object) -> None:
        """Wake the task for `work`, whatever identifies what waits first; None when nothing waits."""
        if work is None:
            self.hush()
            return
        now, is_same = time.monotonic(), work == self._rung_for
        if now - self._rung_at < (self.PATIENCE if is_same else self.INTERVAL):
            return
        self._rung_for, self._rung_at = work, now
        if not enqueue(self._task):
            self._unattended_from = float("inf")
        elif not is_same or self._unattended_from == float("inf"):
            self._unattended_from = now

    def unattended_seconds(self) -> float:
        """Return for how long the very same work has been announced without anybody having taken it."""
        return max(time.monotonic() - self._unattended_from, 0.0)


class Clock:
    """Looks for waiting work; to be asked again and again by one thread."""

    def __init__(self) -> None:
        self._decide = Bell("decide")
        self._dispatch = Bell("dispatch")
        self._heartbeat = Heartbeat()
        self._housekeeping = Housekeeping()

    def tick(self) -> float:
        """Wake tasks for the work that waits and return for how many seconds nothing needs to be looked for."""
        try:
            return self.look()
        except Error:
            log.exception("The database cannot be read; the clock goes on trying.")
            connection.close()
            self._decide.hush()
            self._dispatch.hush()
            return TROUBLE_SECONDS

    def unattended_seconds(self) -> float:
        """Return for how long some work has been announced without anybody having taken it."""
        return max(self._decide.unattended_seconds(), self._dispatch.unattended_seconds())

    def stop(self) -> None:
        """Say that nobody will look any more."""
        try:
            self._heartbeat.stop()
        except Error:
            log.exception("The database cannot be told that the worker has stopped.")

    def look(self) -> float:
        """Do one look; raises django.db.Error when the database cannot be read."""
        self._heartbeat.beat()
        self._housekeeping.look()
        now = timezone.now()
        self._decide.hear(decision_next(now - DECISION_GRACE))
        head = due_next()
        if head is not None and head[1] <= now:
            self._dispatch.hear(head)
            return POLL_SECONDS
        self._dispatch.hear("expired" if claims_expired(now).exists() else None)
        until_due = (head[1] - now).total_seconds() if head else POLL_SECONDS
        return max(min(until_due, POLL_SECONDS), SHORTEST_SECONDS)
