"""The gateway's books: each push is taken before it is sent, and settled when its provider has answered.

Many pushes are written at once, in one transaction: their rows, which keep a repeated push from being sent twice, and
their places in the month's quota. So nothing is sent that is not reserved, nothing is counted twice, and what a crash
leaves behind can be told from its row.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from cloud.models import Outcome
from cloud.selectors.quota import month_of
from cloud.services.quota import UsageKey, quota_reserve, quota_settle, usage_add
from push.gateway.rows import Stored, Written, rows_stored, rows_write
from push.models import GatewayPush

# A request that took a push and was cut short holds it for this long; then a retry may take it over.
TAKEN_FOR = timedelta(seconds=60)
# After this long nobody answers for it any more: it is counted, because its provider may have had it.
ABANDONED_AFTER = timedelta(minutes=10)
RECOVERED_AT_ONCE = 500

# In the place of a limit, above all of them.
UNLIMITED = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One push that is to be sent. `limit` is that of the month for pushes of its kind; None: any number.

    `is_counted` is false for silent updates. An empty `identity` means that nobody repeats it.
    """

    workspace_id: int
    identity: str
    token_digest: str
    app: str
    platform: str
    limit: int | None
    is_counted: bool = True


class Taken(StrEnum):
    """What became of a wish."""

    ACCEPTED_BEFORE = "accepted_before"
    IN_PROGRESS = "in_progress"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A push that was taken; to be handed to :func:`settle` with its outcome. `is_charged`: its place is reserved."""

    wish: Wish
    key: int
    taken_by: str
    month: date | None
    is_charged: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a push that was taken."""

    ticket: Ticket
    outcome: Outcome


@transaction.atomic
def take(wishes: Sequence[Wish]) -> list[Ticket | Taken]:
    """Take the pushes and return, in the same order, a ticket for each that is to be sent, or why it is not.

    One that was accepted before, or that another request has in hand, is not sent; nor is one beyond the quota.
    """
    if not wishes:
        return []
    now, taken_by = timezone.now(), uuid.uuid4().hex
    month = month_of(now)
    # A push that nobody repeats is like no other.
    keys = [
        (wish.workspace_id, wish.identity or f"-{taken_by}-{index}", wish.token_digest)
        for index, wish in enumerate(wishes)
    ]
    first = {key: index for index, key in reversed(list(enumerate(keys)))}
    written = rows_write(
        {key: row_of(wishes[index], month) for key, index in first.items()}, taken_by=taken_by, taken_at=now
    )
    stored = {row.row_key: row for row in rows_stored(first.keys() - written.keys())}
    abandoned = [row.key for key, row in stored.items() if key in first and is_abandoned(row, now)]
    if abandoned:
        GatewayPush.objects.filter(pk__in=abandoned).update(taken_at=now, taken_by=taken_by)
    found: list[Ticket | Taken] = []
    for index, (wish, key) in enumerate(zip(wishes, keys, strict=True)):
        if first[key] != index:
            found.append(Taken.IN_PROGRESS)
        elif key in written:
            found.append(Ticket(wish, written[key], taken_by, month_counted(wish, month), is_charged=False))
        else:
            found.append(claim(wish, stored.get(key), taken_by, now))
    return reserve(found, taken_by)


def row_of(wish: Wish, month: date) -> Written:
    """Return what is noted of a push that is taken."""
    return wish.app, wish.platform, month_counted(wish, month)


def month_counted(wish: Wish, month: date) -> date | None:
    """Return the month whose quota the push counts against."""
    return month if wish.is_counted else None


def is_abandoned(row: Stored, now: datetime) -> bool:
    """Return whether the request that took the push was cut short, so that another may take it over."""
    return row.accepted_at is None and row.taken_at <= now - TAKEN_FOR


def claim(wish: Wish, row: Stored | None, taken_by: str, now: datetime) -> Ticket | Taken:
    """Return a ticket for another request's row if it was taken over, or what has become of the push there.

    The row may be gone already: the other request has just ended without its push having been accepted.
    """
    if row is None:
        return Taken.IN_PROGRESS
    if row.accepted_at is not None:
        return Taken.ACCEPTED_BEFORE
    if not is_abandoned(row, now):
        return Taken.IN_PROGRESS
    # Its place was reserved by the request that was cut short, or has been counted since.
    return Ticket(wish, row.key, taken_by, None if row.settled_at else row.month, is_charged=True)


def reserve(found: list[Ticket | Taken], taken_by: str) -> list[Ticket | Taken]:
    """Reserve places in the month's quota for those that need one; those that get none are let go of."""
    waiting: dict[tuple[int, date, int], list[int]] = defaultdict(list)
    for index, ticket in enumerate(found):
        if isinstance(ticket, Ticket) and ticket.month and not ticket.is_charged:
            limit = UNLIMITED if ticket.wish.limit is None else ticket.wish.limit
            waiting[ticket.wish.workspace_id, ticket.month, limit].append(index)
    refused: list[int] = []
    # Of one workspace, those that may use more of the quota come first.
    for (workspace_id, month, limit), places in sorted(waiting.items(), key=lambda item: (*item[0][:2], -item[0][2])):
        granted = quota_reserve(
            workspace_id=workspace_id,
            month=month,
            wanted=len(places),
            limit=None if limit == UNLIMITED else limit,
        )
        refused += places[granted:]
    tickets = [ticket for index in refused if isinstance(ticket := found[index], Ticket)]
    if tickets:
        GatewayPush.objects.filter(pk__in=[ticket.key for ticket in tickets], taken_by=taken_by).delete()
        day = timezone.now().astimezone(UTC).date()
        usage_add(Counter(usage_key(ticket.wish, day, Outcome.EXHAUSTED) for ticket in tickets))
    gone = set(refused)
    return [Taken.EXHAUSTED if index in gone else ticket for index, ticket in enumerate(found)]


def usage_key(wish: Wish, day: date, outcome: Outcome) -> UsageKey:
    """Return under what the push is counted in the usage."""
    return wish.workspace_id, day, wish.app, wish.platform, outcome


@transaction.atomic
def settle(results: Sequence[Result]) -> list[int | None]:
    """Write what became of pushes that were taken: what a provider accepted is counted, the rest may be repeated.

    Returned is, in the same order, how many pushes the workspace has used of the month that each counts against; None
    where this has counted nothing. A push that somebody else took over, or counted as abandoned, meanwhile is theirs.
    """
    now = timezone.now()
    day = now.astimezone(UTC).date()
    rows = GatewayPush.objects.filter(pk__in=[result.ticket.key for result in results])
    mine = dict(rows.select_for_update().order_by("pk").values_list("pk", "taken_by"))
    usage: Counter[UsageKey] = Counter()
    quota: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
    accepted: list[int] = []
    gone: list[int] = []
    released: list[int] = []
    for result in results:
        ticket, is_accepted = result.ticket, result.outcome in (Outcome.ACCEPTED, Outcome.SILENT)
        if mine.get(ticket.key) != ticket.taken_by:
            continue
        counted_before = ticket.is_charged and ticket.month is None and ticket.wish.is_counted
        if not counted_before:
            usage[usage_key(ticket.wish, day, result.outcome)] += 1
        if ticket.month:
            quota[ticket.wish.workspace_id, ticket.month].update(ended=1, counted=int(is_accepted))
        if is_accepted and ticket.wish.identity:
            accepted.append(ticket.key)
        elif not counted_before:
            gone.append(ticket.key)
        else:
            # Counted already: a further retry may take it at once, and is not counted again.
            released.append(ticket.key)
    if released:
        GatewayPush.objects.filter(pk__in=released).update(taken_at=now - TAKEN_FOR)
    GatewayPush.objects.filter(pk__in=accepted).update(accepted_at=now, settled_at=now)
    GatewayPush.objects.filter(pk__in=gone).delete()
    used = {
        (workspace_id, month): quota_settle(
            workspace_id=workspace_id, month=month, ended=counts["ended"], counted=counts["counted"]
        )
        for (workspace_id, month), counts in sorted(quota.items())
    }
    usage_add(usage)
    tickets = [result.ticket for result in results]
    return [used.get((ticket.wish.workspace_id, ticket.month)) if ticket.month else None for ticket in tickets]


@transaction.atomic
def abandoned_recover() -> int:
    """Count some pushes whose request was cut short and that nobody repeated, and return how many there were.

    Their provider may have accepted them, so their places in the quota are used up; their rows stay, so that a late
    retry is not counted again. What is not counted anyway is forgotten.
    """
    now = timezone.now()
    rows = GatewayPush.objects.filter(settled_at__isnull=True, taken_at__lt=now - ABANDONED_AFTER)
    found = list(rows.select_for_update(skip_locked=True).order_by("taken_at")[:RECOVERED_AT_ONCE])
    counted = [row for row in found if row.month is not None]
    GatewayPush.objects.filter(pk__in=[row.pk for row in counted]).update(settled_at=now, taken_by="")
    GatewayPush.objects.filter(pk__in=[row.pk for row in found if row.month is None]).delete()
    for (workspace_id, month), count in sorted(
        Counter((row.workspace_id, row.month) for row in counted if row.month).items()
    ):
        quota_settle(workspace_id=workspace_id, month=month, ended=count, counted=count)
    usage_add(
        Counter(
            (row.workspace_id, row.taken_at.astimezone(UTC).date(), row.app, row.platform, str(Outcome.UNKNOWN))
            for row in counted
        )
    )
    return len(found)
