"""Waiting until it is decided who is notified of messages, without blocking a database connection."""

from __future__ import annotations

import time
from collections.abc import Collection
from threading import BoundedSemaphore

from workspace.api.contributions import Decided, contributions
from workspace.database.connections import connections_release

# How many calls may wait at the same time in one process. Further ones are answered with what is decided already.
MAX_WAITING = 50
DEFAULT_SECONDS = 10
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.02, 0.25, 1.5

waiting = BoundedSemaphore(MAX_WAITING)


def decision_wait(messages: Collection[int], *, seconds: float) -> Decided:
    """Return what is decided about the messages, given by key, as soon as it is complete or the time is up."""
    if not waiting.acquire(blocking=False):
        return contributions.decided(messages)
    try:
        return decided_in_time(messages, time.monotonic() + seconds)
    finally:
        waiting.release()


def decided_in_time(messages: Collection[int], end: float) -> Decided:
    """Check repeatedly, at growing intervals."""
    pause = FIRST_PAUSE
    while True:
        decided = contributions.decided(messages)
        left = end - time.monotonic()
        if decided.is_complete or left <= 0:
            return decided
        connections_release()
        time.sleep(min(pause, left))
        pause = min(pause * GROWTH, LONGEST_PAUSE)
