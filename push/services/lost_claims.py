"""Claims whose worker is gone: their items come back, and one that keeps killing its worker is found and ended.

Nobody can tell which item of a claim ended a worker, or whether any did. So what was lost twice is sent alone, one
item at a time, and what is lost alone as well is the culprit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet

from push.models import Answer, Attempt, EndReason, Notification, State
from push.selectors.due import claims_expired, claims_of_the_future

# The most items whose claims are seen to at once.
ITEMS_LIMIT = 1000
# An item that was lost this often is claimed alone; after this many times in all it is given up.
ALONE_AFTER = 2
GIVEN_UP_AFTER = 5


class Candidate(NamedTuple):
    """What is known of an item that may be claimed."""

    user_id: int
    pk: int
    channel: str
    room_id: int
    lost_claims: int


def claims_release(*, now: datetime) -> None:
    """Put back in the queue what workers held whose claim has ended; give up what was lost too often."""
    expired = some_locked(claims_expired(now))
    if not expired:
        return
    lost = claims_expired(now).filter(pk__in=expired)
    unclaimed: dict[str, Any] = {"claimed_by": "", "claimed_until": None, "lost_claims": F("lost_claims") + 1}
    accepted = Exists(Attempt.objects.filter(notification=OuterRef("pk"), answer=Answer.ACCEPTED))
    given_up = lost.filter(lost_claims__gte=GIVEN_UP_AFTER - 1)
    given_up.filter(accepted).update(state=State.SENT, finished_at=now, **unclaimed)
    given_up.update(state=State.FAILED, reason=EndReason.WORKER_LOST, finished_at=now, **unclaimed)
    lost.update(state=State.QUEUED, **unclaimed)


def claims_bound(*, now: datetime, until: datetime) -> None:
    """Let claims that end later than any can last until `until`, as long as if they were made now.

    Their workers may be alive, whatever happened to the clock; those that are extend them before that.
    """
    endless = some_locked(claims_of_the_future(now))
    if endless:
        claims_of_the_future(now).filter(pk__in=endless).update(claimed_until=until)


def some_locked(claimed: QuerySet[Notification]) -> list[int]:
    """Lock some of the claimed items, of those that nobody is changing, and return their keys."""
    free = claimed.select_for_update(skip_locked=True).order_by("claimed_until")
    return list(free.values_list("pk", flat=True)[:ITEMS_LIMIT])


def safe_together(rows: Sequence[Candidate], users: Collection[int]) -> Sequence[Candidate]:
    """Return which of the rows may be claimed together; `users` are theirs, longest due first.

    When the first of them has an item that was lost repeatedly, it is that user's next item alone; before that,
    everything of the users without such items.
    """
    owners = {row.user_id for row in rows}
    suspicious = {row.user_id for row in rows if row.lost_claims >= ALONE_AFTER}
    if not suspicious:
        return rows
    first = next(user for user in users if user in owners)
    if first in suspicious:
        return [row for row in rows if row.user_id == first][:1]
    return [row for row in rows if row.user_id not in suspicious]
