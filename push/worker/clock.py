"""The worker's clock: it finds the work whose task was lost or was never made, because its time has only come now.

It sleeps until the next moment at which something is to be looked for. What is written meanwhile with an earlier one
is announced to it (`push.waking`), where the database carries announcements; elsewhere it looks in short intervals.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import Error, connection
from django.utils import timezone

from push.selectors.due import clearing_next, count_next, decision_next, due_next, lease_end_next, leases_doubtful
from push.waking import ALARMS, TASK_GRACE, enqueue
from push.worker.heartbeat import Heartbeat
from push.worker.housekeeping import Housekeeping
from workspace.roles import is_workspace
from workspace.wakeups import Announcement, Listener

log = logging.getLogger(__name__)

# The longest time between two looks, in seconds; the clock wakes earlier for what is to be done before. It looks that
# often as well while work waits that has been announced.
POLL_SECONDS = 0.25
# The same while announcements are heard: some may be lost, by a pooler in between for example.
LISTENING_SECONDS = 1.0
SHORTEST_SECONDS = 0.02
# After the database was gone.
TROUBLE_SECONDS = 1.0


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
    """Looks for waiting work, and rests meanwhile; to be asked for both in turn by one thread."""

    def __init__(self) -> None:
        self._decide = Bell("decide")
        self._count = Bell("count")
        self._dispatch = Bell("dispatch")
        self._clear = Bell("clear")
        self._heartbeat = Heartbeat()
        self._housekeeping = Housekeeping()
        self._listener = Listener(ALARMS)

    def tick(self) -> float:
        """Wake tasks for the work that waits and return for how many seconds nothing needs to be looked for."""
        try:
            return self.look()
        except Error:
            log.exception("The database cannot be read; the clock goes on trying.")
            connection.close()
            self._decide.hush()
            self._count.hush()
            self._dispatch.hush()
            self._clear.hush()
            return TROUBLE_SECONDS

    def rest(self, seconds: float, *, until_readable: Sequence[int] = ()) -> None:
        """Wait that long, until an earlier alarm that is set meanwhile, or until a file descriptor is readable."""
        begun = time.monotonic()
        end = begun + seconds
        while (left := end - time.monotonic()) > 0:
            alarms = self._listener.wait(left, until_readable=until_readable)
            if not alarms:
                return
            first = min(seconds_until(alarm) for alarm in alarms)
            end = min(end, max(time.monotonic() + first, begun + SHORTEST_SECONDS))

    def unattended_seconds(self) -> float:
        """Return for how long some work has been announced without anybody having taken it."""
        return max(self._decide.unattended_seconds(), self._dispatch.unattended_seconds())

    def stop(self) -> None:
        """Say that nobody will look any more."""
        self._listener.close()
        try:
            self._heartbeat.stop()
        except Error:
            log.exception("The database cannot be told that the worker has stopped.")

    def look(self) -> float:
        """Do one look; raises django.db.Error when the database cannot be read."""
        self._heartbeat.beat()
        self._housekeeping.look()
        if not is_workspace():
            # Nobody posts here, so nothing waits to be decided or sent.
            return LISTENING_SECONDS
        decision, item, lease_end = decision_next(), due_next(), lease_end_next()
        now = timezone.now()
        self._count.hear(count_next(now - TASK_GRACE))
        moments = [
            self.moment_of_decision(decision, now),
            self.moment_of_dispatch(item, lease_end, now),
            self.moment_of_clearing(clearing_next(), now),
            now + timedelta(seconds=LISTENING_SECONDS if self._listener.is_connected else POLL_SECONDS),
        ]
        rest = min(moment for moment in moments if moment is not None) - now
        return max(rest.total_seconds(), SHORTEST_SECONDS)

    def moment_of_decision(self, decision: tuple[int, datetime] | None, now: datetime) -> datetime | None:
        """Wake the task that decides if it is late for the decision; returns when to look for it again."""
        late_at = decision[1] + TASK_GRACE if decision else None
        if decision is None or late_at is None or late_at > now:
            self._decide.hear(None)
            return late_at
        self._decide.hear(decision[0])
        return now + timedelta(seconds=POLL_SECONDS)

    def moment_of_dispatch(
        self, item: tuple[int, datetime] | None, lease_end: datetime | None, now: datetime
    ) -> datetime | None:
        """Wake the task that sends if an item is due or a lease has expired; returns when to look again."""
        if item is not None and item[1] <= now:
            self._dispatch.hear(item)
        elif lease_end is not None and leases_doubtful(now):
            self._dispatch.hear("expired")
        else:
            self._dispatch.hear(None)
            return min((moment for moment in (item and item[1], lease_end) if moment), default=None)
        return now + timedelta(seconds=POLL_SECONDS)

    def moment_of_clearing(self, due: tuple[int, datetime] | None, now: datetime) -> datetime | None:
        """Wake the task that takes read notifications off devices if an update is due; returns when to look again."""
        if due is None or due[1] > now:
            self._clear.hear(None)
            return due and due[1]
        self._clear.hear(due)
        return now + timedelta(seconds=POLL_SECONDS)


def seconds_until(alarm: Announcement) -> float:
    """Return in how many seconds the clock is to look; at once where the alarm does not say."""
    try:
        return float(alarm.payload) - time.time()
    except ValueError:
        return 0.0
