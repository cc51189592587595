"""The worker's clock: finds work that has become due, and work whose task was lost, and wakes the tasks.

It sleeps until the next due time. Work that is created in the meantime with an earlier due time is announced
(`push.waking`) if the database supports it; otherwise the clock polls at short intervals.
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
from workspace.logs.events import LogEvent
from workspace.roles import is_workspace
from workspace.wakeups import Announcement, Listener

CLOCK_BLIND = LogEvent(
    "worker.clock_blind",
    "The worker's clock cannot query the database. This is tried again.",
    level=logging.ERROR,
)
HEARTBEAT_LEFT = LogEvent(
    "worker.heartbeat_left",
    "A worker that stopped could not delete its heartbeat.",
    level=logging.ERROR,
)

# The longest time (seconds) between two checks; due work wakes the clock earlier. It is also the interval while
# announced work is waiting.
POLL_SECONDS = 0.25
# The same while announcements work: some may still be lost, for example by a connection pooler.
LISTENING_SECONDS = 1.0
SHORTEST_SECONDS = 0.02
# The wait after a database error.
TROUBLE_SECONDS = 1.0


class TaskWaker:
    """Wakes a task for waiting work, without filling the broker's queue while the same work is still waiting."""

    # Seconds between two wake-ups for different work, and for the same work.
    INTERVAL = 0.5
    REPEAT_INTERVAL = 5.0

    def __init__(self, task: str) -> None:
        self._task = task
        self.reset()

    def reset(self) -> None:
        """Forget the work, because it is done or cannot be queried."""
        self._woken_for: object = None
        self._woken_at = float("-inf")
        self._unattended_from = float("inf")

    def notice(self, work: object) -> None:
        """Wake the task for `work`, a value that identifies the first waiting item; None if nothing is waiting."""
        if work is None:
            self.reset()
            return
        now, is_same = time.monotonic(), work == self._woken_for
        if now - self._woken_at < (self.REPEAT_INTERVAL if is_same else self.INTERVAL):
            return
        self._woken_for, self._woken_at = work, now
        if not enqueue(self._task):
            self._unattended_from = float("inf")
        elif not is_same or self._unattended_from == float("inf"):
            self._unattended_from = now

    def unattended_seconds(self) -> float:
        """Return for how long (seconds) the same work has been announced without a process starting it."""
        return max(time.monotonic() - self._unattended_from, 0.0)


class Clock:
    """Checks for waiting work and sleeps in between; one thread calls both in turn."""

    def __init__(self) -> None:
        self._decide = TaskWaker("decide")
        self._count = TaskWaker("count")
        self._dispatch = TaskWaker("dispatch")
        self._clear = TaskWaker("clear")
        self._heartbeat = Heartbeat()
        self._housekeeping = Housekeeping()
        self._listener = Listener(ALARMS)

    def tick(self) -> float:
        """Wake tasks for waiting work and return the number of seconds until the next check."""
        try:
            return self.check()
        except Error:
            CLOCK_BLIND.exception()
            connection.close()
            self._decide.reset()
            self._count.reset()
            self._dispatch.reset()
            self._clear.reset()
            return TROUBLE_SECONDS

    def rest(self, seconds: float, *, until_readable: Sequence[int] = ()) -> None:
        """Sleep for this time, or until an earlier alarm is announced or a file descriptor becomes readable."""
        begun = time.monotonic()
        end = begun + seconds
        while (left := end - time.monotonic()) > 0:
            alarms = self._listener.wait(left, until_readable=until_readable)
            if not alarms:
                return
            first = min(seconds_until(alarm) for alarm in alarms)
            end = min(end, max(time.monotonic() + first, begun + SHORTEST_SECONDS))

    def unattended_seconds(self) -> float:
        """Return for how long (seconds) work has been announced without a process starting it."""
        return max(self._decide.unattended_seconds(), self._dispatch.unattended_seconds())

    def stop(self) -> None:
        """Stop the clock and delete the heartbeat."""
        self._listener.close()
        try:
            self._heartbeat.stop()
        except Error:
            HEARTBEAT_LEFT.exception()

    def check(self) -> float:
        """Run one check; raises django.db.Error if the database is unavailable."""
        self._heartbeat.beat()
        self._housekeeping.check()
        if not is_workspace():
            # There are no messages here, so there is nothing to decide or send.
            return LISTENING_SECONDS
        decision, item, lease_end = decision_next(), due_next(), lease_end_next()
        now = timezone.now()
        self._count.notice(count_next(now - TASK_GRACE))
        next_checks = [
            self.next_decision_check(decision, now),
            self.next_dispatch_check(item, lease_end, now),
            self.next_clearing_check(clearing_next(), now),
            now + timedelta(seconds=LISTENING_SECONDS if self._listener.is_connected else POLL_SECONDS),
        ]
        rest = min(at for at in next_checks if at is not None) - now
        return max(rest.total_seconds(), SHORTEST_SECONDS)

    def next_decision_check(self, decision: tuple[int, datetime] | None, now: datetime) -> datetime | None:
        """Wake the deciding task if the decision is late; returns when to check again."""
        late_at = decision[1] + TASK_GRACE if decision else None
        if decision is None or late_at is None or late_at > now:
            self._decide.notice(None)
            return late_at
        self._decide.notice(decision[0])
        return now + timedelta(seconds=POLL_SECONDS)

    def next_dispatch_check(
        self, item: tuple[int, datetime] | None, lease_end: datetime | None, now: datetime
    ) -> datetime | None:
        """Wake the sending task if an item is due or a lease has expired; returns when to check again."""
        if item is not None and item[1] <= now:
            self._dispatch.notice(item)
        elif lease_end is not None and leases_doubtful(now):
            self._dispatch.notice("expired")
        else:
            self._dispatch.notice(None)
            return min((at for at in (item and item[1], lease_end) if at), default=None)
        return now + timedelta(seconds=POLL_SECONDS)

    def next_clearing_check(self, due: tuple[int, datetime] | None, now: datetime) -> datetime | None:
        """Wake the task that removes read notifications from devices if one is due; returns when to check again."""
        if due is None or due[1] > now:
            self._clear.notice(None)
            return due and due[1]
        self._clear.notice(due)
        return now + timedelta(seconds=POLL_SECONDS)


def seconds_until(alarm: Announcement) -> float:
    """Return in how many seconds the clock must check; 0 if the alarm contains no time."""
    try:
        return float(alarm.payload) - time.time()
    except ValueError:
        return 0.0
