"""Noticing that the system's clock was set, so that nobody takes living workers' claims for ended ones."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.conf import settings

# A difference that no ordinary adjustment of the clock makes, in seconds.
JUMP_SECONDS = 1.0


class JumpWatch:
    """Compares the system's clock with the one that cannot be set, each time that it is asked."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()
        self._offset = time.time() - self._started_at
        self._jumped_at = float("-inf")
        # By how many seconds the clock is behind where it was lately at the most.
        self._behind = 0.0

    def claims_settled(self) -> bool:
        """Return whether the ends of claims can be believed.

        After a jump, living workers get the time of one claim to extend theirs: they measure it by the clock that
        cannot be set, and write the new end by the one that was.
        """
        return self._compare() - self._jumped_at >= settings.CLAIM_LEASE

    def claim_end(self, now: datetime) -> datetime:
        """Return when a claim that is made or extended at the moment `now` ends, `CLAIM_LEASE` seconds later.

        While the clock was set back lately, these are counted from where it was before. It may be set right again as
        soon, and a worker who has not seen it meanwhile would take the claim for ended.
        """
        settled = self.claims_settled()
        return now + timedelta(seconds=settings.CLAIM_LEASE + (0 if settled else self._behind))

    def may_have_jumped(self, *, within: float) -> bool:
        """Return whether the clock was set in the last so many seconds; before the watch began nobody knows."""
        return self._compare() - max(self._jumped_at, self._started_at) < within

    def _compare(self) -> float:
        """Notice a jump; returns the present moment of the clock that cannot be set."""
        now, wall = time.monotonic(), time.time()
        ahead = wall - now - self._offset
        if abs(ahead) > JUMP_SECONDS:
            lately = now - self._jumped_at < settings.CLAIM_LEASE
            self._behind = max((self._behind if lately else 0) - ahead, 0)
            self._jumped_at = now
        self._offset = wall - now
        return now


# This process's.
clock_watch = JumpWatch()
