"""The stop of a worker: its task processes start no new work and exit within a fixed time.

The request is stored in shared memory, because the processes must see it in the middle of a task.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from functools import wraps

# A worker stops within this time (seconds); container platforms allow ten by default.
STOP_SECONDS = 9.0
# The part of it for waiting for responses to sent pushes; the rest is for recording them.
ANSWER_SECONDS = 6.0


class StopRequest:
    """The request to stop the worker, with its time; shared by all processes forked after this was imported."""

    def __init__(self) -> None:
        self._requested_at = multiprocessing.get_context("fork").RawValue("d", 0.0)

    def make(self) -> None:
        """Request the stop."""
        self._requested_at.value = time.monotonic()

    def withdraw(self) -> None:
        """Withdraw the request."""
        self._requested_at.value = 0.0

    @property
    def is_made(self) -> bool:
        return bool(self._requested_at.value)

    @property
    def answers_are_over(self) -> bool:
        """Return True when the time for waiting for responses is over."""
        return self.is_made and time.monotonic() - self._requested_at.value >= ANSWER_SECONDS


stop_request = StopRequest()


def unless_stopping(task: Callable[[], None]) -> Callable[[], None]:
    """Decorate a task so that it does nothing while the worker is stopping; another worker finds the work."""

    @wraps(task)
    def run() -> None:
        if not stop_request.is_made:
            task()

    return run
