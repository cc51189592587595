"""Notices in web processes that no worker is running, and then alerts administrators as a worker would.

Each web process looks regularly, on a thread of its own, because an alert waits for the services that it is sent to.
The rows of the alerts prevent several processes from sending the same one.
"""

from __future__ import annotations

import logging
import random
import threading

from django.conf import settings
from django.db import connections

from push.selectors.workers import workers_alive
from push.services.alerts.sending import alert_channels, alerts_send
from workspace.logs.events import LogEvent

WATCH_FAILED = LogEvent(
    "alerts.watch_failed",
    "The web process could not check that a worker is running, or not send an alert. It tries again.",
    level=logging.WARNING,
)


def worker_watch_start() -> None:
    """Begin to look every `WORKER_WATCH_SECONDS`; with 0, never."""
    if settings.WORKER_WATCH_SECONDS:
        threading.Thread(target=worker_watch, name="worker-watch", daemon=True).start()


def worker_watch() -> None:
    """Look regularly, until the process ends."""
    pause = threading.Event()
    while True:
        # Not all processes at the same time.
        pause.wait(settings.WORKER_WATCH_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311 (guards nothing)
        worker_look()


def worker_look() -> None:
    """Alert administrators to the problems of the installation if no worker is running to do it."""
    try:
        if alert_channels() and not workers_alive().exists():
            alerts_send()
    except Exception:
        WATCH_FAILED.exception()
    finally:
        connections.close_all()
