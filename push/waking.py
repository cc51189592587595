"""Wakes the worker. A task only signals that there is work; the work itself is in the database.

A lost task does no harm, because the worker's clock finds the work. Running a task twice sends nothing twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import Error, transaction
from django.utils import timezone
from django_q.tasks import async_task

from workspace.logs.events import LogEvent
from workspace.wakeups import announce

WORK_NOT_ANNOUNCED = LogEvent(
    "work.not_announced",
    "New work could not be announced. The workers' clocks find it.",
    level=logging.ERROR,
)
TASK_NOT_QUEUED = LogEvent(
    "task.not_queued",
    "The broker cannot be reached. The worker's clock finds the work.",
    {"name": "the task"},
    logging.ERROR,
)

# The channel for announcing the time of the next work to the workers' clocks, in seconds since the epoch.
ALARMS = "callboard_alarms"
# The clocks check for work only after its task has had this much time.
TASK_GRACE = timedelta(seconds=0.5)


def wake(task: str) -> None:
    """Queue the task of this name (push/tasks.py) once the current transaction has been committed."""
    transaction.on_commit(lambda: enqueue(task))
    alarm(timezone.now() + TASK_GRACE)


def alarm(at: datetime) -> None:
    """Make the workers' clocks check for work at this time, or immediately if it has passed, after the commit.

    The announcement is a statement outside the transaction: within it, all transactions that announce would have to
    commit one after the other.
    """
    transaction.on_commit(lambda: alarm_announce(at))


def alarm_announce(at: datetime) -> None:
    """Announce the time; if the database is unavailable, the clocks find the work after their usual interval."""
    try:
        announce(ALARMS, f"{at.timestamp():.3f}")
    except Error:
        WORK_NOT_ANNOUNCED.exception()


def enqueue(task: str) -> bool:
    """Put the task in the broker's queue; return False if the broker is unavailable (the clock then finds the work)."""
    try:
        async_task(f"push.tasks.{task}")
    except Exception:
        TASK_NOT_QUEUED.exception(name=task)
        return False
    return True
