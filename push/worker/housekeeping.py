"""Periodic tasks of the worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from cloud.services.sync import cloud_work_due
from push.sending.transient_texts import has_unneeded_texts
from push.services.alerts.sending import alert_channels
from push.services.clock_jumps import clock_watch
from push.services.rollups import rollup_is_due
from push.services.webhooks.deliveries import deliveries_waiting
from push.waking import enqueue
from workspace.roles import is_cloud, is_workspace
from workspace.selectors.privacy.exports import exports_due
from workspace.services.people.erasure import has_erasures
from workspace.services.people.requested_mails import has_due_mails

# For so many seconds after the system clock was changed, processes that have not noticed may still write old times.
JUMP_WINDOW = 25.0


def times_may_be_ahead() -> bool:
    """Return True if rows of the queue may have been written while the system clock was ahead."""
    return is_workspace() and clock_watch.may_have_jumped(within=JUMP_WINDOW)


@dataclass(frozen=True, slots=True)
class Chore:
    """A task that is woken every `interval` seconds if it has work; the first time after `first_after` seconds."""

    task: str
    first_after: float
    interval: float
    has_work: Callable[[], bool] = lambda: True


CHORES = (
    # The system clock may have been set back while no worker was running.
    Chore("times_mend", 0.0, 10.0, times_may_be_ahead),
    # The periods may have run out while no worker was running.
    Chore("quiet_periods", 0.0, 600.0, is_workspace),
    # Delayed after the start, when there is other work to do.
    Chore("prune", 60.0, 3600.0),
    Chore("rollups", 5.0, 15.0, lambda: is_workspace() and rollup_is_due(timezone.now())),
    # Reads a row or two; requests to the cloud are only made when they are due.
    Chore("cloud", 0.0, 1.0, lambda: is_workspace() and cloud_work_due()),
    # Exports whose task was lost, or whose worker died.
    Chore("data_exports", 20.0, 30.0, lambda: exports_due().exists()),
    # E-mails that people wait for, whose task was lost, or that the mail server did not accept.
    Chore("requested_mails", 5.0, 15.0, has_due_mails),
    # E-mails about sign-ins that could not be sent immediately.
    Chore("sign_in_alerts", 30.0, 60.0, is_workspace),
    # Messages of deleted accounts whose erasure was interrupted.
    Chore("erasures", 15.0, 60.0, lambda: is_workspace() and has_erasures()),
    # Events for other programs.
    Chore("webhooks", 1.0, 1.0, lambda: is_workspace() and deliveries_waiting(timezone.now())),
    # Problems of the installation that administrators are alerted to.
    Chore("alerts", 90.0, 60.0, lambda: bool(alert_channels())),
    # Texts that are only stored until their notifications are sent.
    Chore("transient_texts", 30.0, 60.0, lambda: is_workspace() and has_unneeded_texts()),
    Chore("gateway_recover", 30.0, 60.0, is_cloud),
)


class Housekeeping:
    """Wakes the periodic tasks. Several workers may do this independently."""

    def __init__(self) -> None:
        started_at = time.monotonic()
        self._next_at = {chore: started_at + chore.first_after for chore in CHORES}

    def check(self) -> None:
        """Wake the tasks that are due; raises django.db.Error if the database is unavailable."""
        now = time.monotonic()
        for chore, next_at in self._next_at.items():
            if now >= next_at:
                self._next_at[chore] = now + chore.interval
                if chore.has_work():
                    enqueue(chore.task)
