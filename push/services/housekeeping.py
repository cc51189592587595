"""When the worker tidies up."""

from __future__ import annotations

import time

from push.tasks import enqueue

# The first time some while after the start, when there is other work to do, and then every hour (seconds).
FIRST_AFTER = 60.0
INTERVAL = 3600.0


class Housekeeping:
    """Wakes the task that prunes; any number of workers may do so, each at its own time."""

    def __init__(self) -> None:
        self._next_at = time.monotonic() + FIRST_AFTER

    def look(self) -> None:
        """Wake the task if it is time for it."""
        now = time.monotonic()
        if now >= self._next_at:
            self._next_at = now + INTERVAL
            enqueue("prune")
