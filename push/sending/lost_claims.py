"""Claims of workers that died: their items return to the queue, and an item that keeps killing its worker is ended.

Nobody knows which item killed a worker, or whether any did. Only those that it had begun to send can have. Items that
were being sent when their worker died more than once are suspects: they are sent in small groups, then alone, and
meanwhile their process sends nothing else. An item that is still lost then is given up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from itertools import takewhile
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, QuerySet

from push.models import IS_UNFINISHED, Answer, Attempt, ClaimedItem, EndReason, Lease, LostItem, Notification, State
from push.monitoring.counting import ended_rows_count, lost_claims_count
from push.selectors.due import leases_expired, leases_of_the_future
from push.services.webhooks.events import notifications_ended

# How many leases are checked at once.
LEASES_LIMIT = 10
# An item is suspect after this many losses; it is sent alone after so many, and given up after so many in total.
SUSPECT_AFTER = 2
ALONE_AFTER = 4
GIVEN_UP_AFTER = 6
# Of many suspects, as after a mass crash, this part is sent together, so that they do not take one claim each. If
# their worker dies, they form a smaller group the next time.
GROUP_PART = 5


class Candidate(NamedTuple):
    """An item that may be claimed. `is_first`: it is due, and not as a retry. `times`: how often it was lost."""

    user_id: int
    pk: int
    channel: str
    room_id: int
    is_due: bool
    is_first: bool
    times: int | None


class Suspects(Enum):
    """What a claim does with suspects whose turn it is."""

    ISOLATE = auto()
    WAIT = auto()
    SKIP = auto()


def leases_release(*, now: datetime) -> None:
    """Return the items of expired leases to the queue, and give up those that were lost too often."""
    expired = some_locked(leases_expired(now))
    if not expired:
        return
    claimed = ClaimedItem.objects.filter(lease__in=expired)
    begun = list(claimed.filter(begun_at__isnull=False).values_list("pk", flat=True))
    losses_count(begun, tokens=expired, now=now)
    claimed.delete()
    Lease.objects.filter(pk__in=expired).delete()
    lost_claims_count(len(expired))


def losses_count(keys: Collection[int], *, tokens: Collection[str], now: datetime) -> None:
    """Record that the workers with these tokens died while they were sending these items."""
    if not keys:
        return
    unanswered = Attempt.objects.filter(notification__in=keys, claimed_by__in=tokens, answer=Answer.SENDING)
    unanswered.update(answer=Answer.UNKNOWN, finished_at=now)
    LostItem.objects.bulk_create([LostItem(notification_id=key) for key in keys], ignore_conflicts=True)
    LostItem.objects.filter(pk__in=keys).update(times=F("times") + 1)
    hopeless = LostItem.objects.filter(pk=OuterRef("pk"), times__gte=GIVEN_UP_AFTER)
    accepted = Attempt.objects.filter(notification=OuterRef("pk"), answer=Answer.ACCEPTED)
    given_up = Notification.objects.filter(IS_UNFINISHED, Exists(hopeless), pk__in=keys)
    given_up.filter(Exists(accepted)).update(state=State.SENT, reason="", finished_at=now)
    given_up.update(state=State.FAILED, reason=EndReason.WORKER_LOST, finished_at=now)
    ended_rows_count(pk__in=keys, finished_at=now)
    notifications_ended(keys, state=State.SENT)
    notifications_ended(keys, state=State.FAILED)
    # Those given up just now, and those that ended by other means while they were being sent.
    LostItem.objects.filter(pk__in=keys, notification__finished_at__isnull=False).delete()


def leases_bound(*, now: datetime, until: datetime) -> None:
    """Shorten leases that end later than possible to `until`, as if they had been taken now.

    Their workers may be alive, whatever happened to the clock; living workers extend their leases before that.
    """
    endless = some_locked(leases_of_the_future(now))
    if endless:
        Lease.objects.filter(pk__in=endless).update(until=until)


def some_locked(leases: QuerySet[Lease]) -> list[str]:
    """Lock some of the leases, skipping those that others are changing, and return their tokens."""
    free = leases.select_for_update(skip_locked=True).order_by("until")
    return list(free.values_list("pk", flat=True)[:LEASES_LIMIT])


def safe_together(
    rows: Sequence[Candidate], users: Collection[int], *, lost: Mapping[int, int], suspects: Suspects
) -> Sequence[Candidate]:
    """Return which of the rows may be claimed together, given how often the suspects among them were `lost`.

    `users` are in order of their longest due item. If the first user's next item is suspect, it is claimed with other
    suspects that were lost as often, one item per user (`ISOLATE`), or nothing is claimed (`WAIT`). Otherwise, and
    with `SKIP`, the users' items are claimed up to each one's first suspect.
    """
    if not lost:
        return rows
    of_user: dict[int, list[Candidate]] = {}
    for row in rows:
        of_user.setdefault(row.user_id, []).append(row)
    heads = [of_user[user][0] for user in users if user in of_user]
    if suspects == Suspects.SKIP or not heads or heads[0].pk not in lost:
        healthy = (takewhile(lambda row: row.pk not in lost, of_user[head.user_id]) for head in heads)
        return sorted((row for user_rows in healthy for row in user_rows), key=lambda row: row.pk)
    if suspects == Suspects.WAIT:
        return []
    times = lost[heads[0].pk]
    alike = [head for head in heads if lost.get(head.pk) == times]
    return alike[: 1 if times >= ALONE_AFTER else max(1, len(alike) // GROUP_PART)]
