"""When a worker stops: its task processes start no more work, and end within a fixed time.

The request is kept in memory that the processes share, because they must see it in the middle of a task.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from functools import wraps

# A worker that was asked to stop has stopped after so many seconds: ten is what container platforms allow by default.
STOP_SECONDS = 9.0
# How long of that is used to wait for answers to what has been sent; the rest is for recording them.
ANSWER_SECONDS = 6.0


class StopRequest:
    """That the worker is to stop, and by when; shared by all processes forked from the one that imported this."""

    def __init__(self) -> None:
        self._requested_at = multiprocessing.get_context("fork").RawValue("d", 0.0)

    def make(self) -> None:
        """Request the stop."""
        self._requested_at.value = time.monotonic()

    def withdraw(self) -> None:
        """Take the request back."""
        self._requested_at.value = 0.0

    @property
    def is_made(self) -> bool:
        return bool(self._requested_at.value)

    @property
    def answers_are_over(self) -> bool:
        """Return True once no further answers are to be waited for."""
        return self.is_made and time.monotonic() - self._requested_at.value >= ANSWER_SECONDS


stop_request = StopRequest()


def unless_stopping(task: Callable[[], None]) -> Callable[[], None]:
    """Make a task do nothing once the worker is stopping; another worker finds the work in the database."""

    @wraps(task)
    def run() -> None:
        if not stop_request.is_made:
            task()

    return run
