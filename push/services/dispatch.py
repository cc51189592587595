"""Sending what is due: claim users, send their items in order of creation, until nothing is due."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from django.utils import timezone

from push.selectors.due import work_waits
from push.services.claims import (
    Claim,
    claim_close,
    claim_extend,
    claim_narrow,
    claim_release,
    claim_return,
    users_claim,
)
from push.services.delivery import round_deliver

USERS_PER_CLAIM = 400
# A run ends after this many seconds, so that what waits behind it in the broker's queue gets its turn.
RUN_SECONDS = 15


def due_dispatch() -> bool:
    """Send what is due; returns False if the time was up before nothing was due any more.

    Any number of workers may do this at once.
    """
    end = time.monotonic() + RUN_SECONDS
    while work_waits(timezone.now()) and (claim := users_claim(limit=USERS_PER_CLAIM, now=timezone.now())):
        claim_dispatch(claim=claim, end=end)
        if time.monotonic() > end:
            return False
    return True


def claim_dispatch(*, claim: Claim, end: float) -> None:
    """Send a claim's items: the users' next items together, round by round, each user's in order of creation.

    An e-mail takes the e-mails of its room along.

    What is left at the moment `end` (of the monotonic clock) goes back into the queue.
    """
    while claim.items:
        if time.monotonic() > end:
            claim_release(claim=claim)
            return
        claim_extend(claim=claim)
        keys = [key for of_user in claim.items.values() for key in sent_together(of_user, claim.rooms)]
        if not keys:
            break
        left = round_deliver(keys=keys, claim=claim)
        waiting = {user: left.waits(of_user) for user, of_user in claim.items.items() if left.concerns(of_user)}
        claim_narrow(claim, set(claim.keys).difference(keys))
        claim_return(claim=claim, users=waiting)
    claim_close(claim=claim)


def sent_together(of_user: Sequence[int], rooms: Mapping[int, int]) -> list[int]:
    """Return the user's next item; where it is an e-mail, with the others of its room (`rooms`, by item)."""
    first = of_user[0]
    return [key for key in of_user if key == first or (first in rooms and rooms.get(key) == rooms[first])]
