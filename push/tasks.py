"""The worker's entry points. A task only says "there is work": the rows hold what is to be done.

Losing a task loses nothing, because the worker's clock finds the rows; running one twice sends nothing twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import Error, transaction
from django.utils import timezone
from django_q.tasks import async_task

from push.stopping import unless_stopping
from workspace.wakeups import announce

log = logging.getLogger(__name__)

# The channel on which the workers' clocks hear when to look for work; the payload is that moment, in seconds of the
# epoch.
ALARMS = "callboard_alarms"
# A task is given this long to do the work before the clocks look for it.
TASK_GRACE = timedelta(seconds=0.5)


def wake(task: str) -> None:
    """Tell the worker, once the running transaction is committed, that there is work for the task of this name."""
    transaction.on_commit(lambda: enqueue(task))
    alarm(timezone.now() + TASK_GRACE)


def alarm(at: datetime) -> None:
    """Let the workers' clocks look for work at that moment, or at once if it has passed, after the commit.

    The announcement is a statement of its own: within the transaction it would make all that announce commit one
    after the other.
    """
    transaction.on_commit(lambda: alarm_announce(at))


def alarm_announce(at: datetime) -> None:
    """Announce the moment; a database that is gone costs the clocks' usual interval, not the work."""
    try:
        announce(ALARMS, f"{at.timestamp():.3f}")
    except Error:
        log.exception("The clocks could not be told of new work; they will find it.")


def enqueue(task: str) -> bool:
    """Put the task in the broker's queue; returns false if it cannot be reached: that costs time, not the work."""
    try:
        async_task(f"push.tasks.{task}")
    except Exception:
        log.exception("The broker cannot be reached; the worker's clock will find the work.")
        return False
    return True


@unless_stopping
def decide() -> None:
    """Decide upon every message that waits for it, send at once what is due thereby, and then count who is left."""
    from push.services.fanout import pending_decide

    pending_decide()
    dispatch()
    count()


@unless_stopping
def count() -> None:
    """Count by reason the members whom decided messages could not reach; what is left is a further task's."""
    from push.services.fanout import remainder_count

    if not remainder_count():
        enqueue("count")


@unless_stopping
def dispatch() -> None:
    """Send every notification that is due; what is left when the run's time is up goes on in a task of its own."""
    from push.services.dispatch import due_dispatch

    if not due_dispatch():
        enqueue("dispatch")


@unless_stopping
def clear() -> None:
    """Take off devices what was read elsewhere."""
    from push.services.clearing import due_clear

    if not due_clear():
        enqueue("clear")


@unless_stopping
def times_mend() -> None:
    """Let nothing wait for a time that was written while the system's clock was ahead."""
    from push.services import setbacks

    setbacks.times_mend()


@unless_stopping
def prune() -> None:
    """Delete some of what is older than the retention time; what is left is deleted by tasks of their own."""
    from push.services.retention import expired_prune

    if not expired_prune():
        enqueue("prune")


@unless_stopping
def quiet_periods() -> None:
    """Find the coming periods of the quiet hours in use, a good while before those that are known have passed."""
    from preferences.services.quiet_schedules import schedules_keep

    schedules_keep()


@unless_stopping
def cloud() -> None:
    """Do what is due between this workspace and its cloud."""
    from cloud.services.sync import cloud_work

    cloud_work()


@unless_stopping
def gateway_recover() -> None:
    """Count the pushes whose request to the gateway was cut short; what is left is counted by tasks of their own."""
    from push.gateway.ledger import RECOVERED_AT_ONCE, abandoned_recover

    if abandoned_recover() == RECOVERED_AT_ONCE:
        enqueue("gateway_recover")


@unless_stopping
def sign_in_alerts() -> None:
    """Send the e-mails about sign-ins that wait, and forget what has not been seen for long."""
    from preferences import tasks

    tasks.sign_in_alerts()
