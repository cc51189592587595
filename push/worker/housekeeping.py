"""What the worker does from time to time beside its notifications."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cloud.services.sync import cloud_work_due
from push.services.clock_jumps import clock_watch
from push.waking import enqueue
from workspace.roles import is_cloud, is_workspace

# A process that has not noticed yet that the clock was set may write by the old one for so many seconds.
JUMP_WATCHED = 25.0


def times_may_be_ahead() -> bool:
    """Return whether rows of the queue may have been written while the clock was ahead."""
    return is_workspace() and clock_watch.may_have_jumped(within=JUMP_WATCHED)


@dataclass(frozen=True, slots=True)
class Chore:
    """A task that is woken every `interval` seconds, the first time after `first_after`, if there is work for it."""

    task: str
    first_after: float
    interval: float
    has_work: Callable[[], bool] = lambda: True


CHORES = (
    # The clock may have been set back while no worker was there.
    Chore("times_mend", 0.0, 10.0, times_may_be_ahead),
    # Their periods may have run out while no worker was there.
    Chore("quiet_periods", 0.0, 600.0, is_workspace),
    # The first time some while after the start, when there is other work to do.
    Chore("prune", 60.0, 3600.0),
    # A look at a row or two; the cloud itself is asked when it is time for that.
    Chore("cloud", 0.0, 1.0, lambda: is_workspace() and cloud_work_due()),
    # E-mails about sign-ins that could not be sent at once.
    Chore("sign_in_alerts", 30.0, 60.0, is_workspace),
    Chore("gateway_recover", 30.0, 60.0, is_cloud),
)


class Housekeeping:
    """Wakes the tasks; any number of workers may do so, each at its own time."""

    def __init__(self) -> None:
        started_at = time.monotonic()
        self._next_at = {chore: started_at + chore.first_after for chore in CHORES}

    def look(self) -> None:
        """Wake the tasks that it is time for; raises django.db.Error when the database cannot be read."""
        now = time.monotonic()
        for chore, next_at in self._next_at.items():
            if now >= next_at:
                self._next_at[chore] = now + chore.interval
                if chore.has_work():
                    enqueue(chore.task)
