"""The worker's entry points. A task only says "there is work": the rows hold what is to be done.

Losing a task loses nothing, because the worker's clock finds the rows; running one twice sends nothing twice.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django_q.tasks import async_task

log = logging.getLogger(__name__)


def wake(task: str) -> None:
    """Tell the worker, once the running transaction is committed, that there is work for `decide` or `dispatch`."""
    transaction.on_commit(lambda: enqueue(task))


def enqueue(task: str) -> bool:
    """Put the task in the broker's queue; returns false if it cannot be reached: that costs time, not the work."""
    try:
        async_task(f"push.tasks.{task}")
    except Exception:
        log.exception("The broker cannot be reached; the worker's clock will find the work.")
        return False
    return True


def decide() -> None:
    """Decide upon every message that waits for it, and send at once what is due thereby."""
    from push.services.fanout import pending_decide

    pending_decide()
    dispatch()


def dispatch() -> None:
    """Send every notification that is due; what is left when the run's time is up goes on in a task of its own."""
    from push.services.dispatch import due_dispatch

    if not due_dispatch():
        enqueue("dispatch")


def prune() -> None:
    """Delete some of what is older than the retention time; what is left is deleted by tasks of their own."""
    from push.services.retention import expired_prune

    if not expired_prune():
        enqueue("prune")
