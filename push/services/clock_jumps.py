"""Detects that the system's clock was changed, so that claims of running workers are not treated as expired."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.conf import settings

# A difference (in seconds) larger than any ordinary clock adjustment.
JUMP_SECONDS = 1.0


class JumpWatch:
    """Compares the system's clock with the monotonic clock on each call."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()
        self._offset = time.time() - self._started_at
        self._jumped_at = float("-inf")
        # How many seconds the clock is behind its recent maximum.
        self._behind = 0.0

    def claims_settled(self) -> bool:
        """Return True if the end times of claims can be trusted.

        After a jump, running workers get the duration of one claim to extend their claims. They measure the duration
        with the monotonic clock and write the new end by the changed clock.
        """
        return self._compare() - self._jumped_at >= settings.CLAIM_LEASE

    def claim_end(self, now: datetime) -> datetime:
        """Return when a claim that is made or extended at `now` ends: `CLAIM_LEASE` seconds later.

        If the clock was set back recently, the seconds are added to its former time. The clock may be corrected soon,
        and a worker that has not noticed the jump would then treat the claim as expired.
        """
        settled = self.claims_settled()
        return now + timedelta(seconds=settings.CLAIM_LEASE + (0 if settled else self._behind))

    def may_have_jumped(self, *, within: float) -> bool:
        """Return True if the clock may have been changed in the last `within` seconds, or the watch is younger."""
        return self._compare() - max(self._jumped_at, self._started_at) < within

    def _compare(self) -> float:
        """Check for a jump and return the current time of the monotonic clock."""
        now, wall = time.monotonic(), time.time()
        ahead = wall - now - self._offset
        if abs(ahead) > JUMP_SECONDS:
            lately = now - self._jumped_at < settings.CLAIM_LEASE
            self._behind = max((self._behind if lately else 0) - ahead, 0)
            self._jumped_at = now
        self._offset = wall - now
        return now


# The watch of this process.
clock_watch = JumpWatch()
