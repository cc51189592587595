"""Wakes the worker for e-mails about sign-ins."""

from __future__ import annotations

import logging

from django.db import transaction
from django_q.tasks import async_task

from workspace.logs.events import LogEvent

ALERT_NOT_QUEUED = LogEvent(
    "alert.not_queued",
    "The broker cannot be reached. The e-mail about a sign-in is sent a little later.",
    level=logging.ERROR,
)


def alerts_wake() -> None:
    """Queue the task that sends waiting e-mails, after the commit. If that fails, the scheduler sends them soon."""
    transaction.on_commit(alerts_enqueue)


def alerts_enqueue() -> None:
    """Put the task in the broker's queue."""
    try:
        async_task("preferences.tasks.sign_in_alerts")
    except Exception:
        ALERT_NOT_QUEUED.exception()
