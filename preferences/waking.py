"""Wakes the worker for e-mails about sign-ins."""

from __future__ import annotations

import logging

from django.db import transaction
from django_q.tasks import async_task

log = logging.getLogger(__name__)


def alerts_wake() -> None:
    """Queue the task that sends waiting e-mails, after the commit. If that fails, the scheduler sends them soon."""
    transaction.on_commit(alerts_enqueue)


def alerts_enqueue() -> None:
    """Put the task in the broker's queue."""
    try:
        async_task("preferences.tasks.sign_in_alerts")
    except Exception:
        log.exception("The broker cannot be reached; the e-mail about a sign-in is sent a little later.")
