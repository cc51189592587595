"""The gateway's ledger: each push is taken before it is sent, and settled when its provider has responded.

Many pushes are written in one transaction: their rows, which prevent that a repeated push is sent twice, and their
reservations in the month's quota. So no push is sent without a reservation, none is counted twice, and interrupted
pushes can be recovered from their rows.
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
from push.gateway.rows import NewRow, StoredRow, owners_locked, rows_delete, rows_locked, rows_write
from push.models import GatewayPush

# A push of an interrupted request is locked for this long; then a retry may take it over.
TAKEN_FOR = timedelta(seconds=60)
# After this time it is counted, because its provider may have accepted it.
ABANDONED_AFTER = timedelta(minutes=10)
RECOVERED_AT_ONCE = 500

# Used instead of a limit; larger than any limit.
UNLIMITED = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One push to send. `limit` is the month's limit for pushes of its kind; None: unlimited.

    `is_counted` is false for silent updates. An empty `identity` means that the push is never repeated.
    """

    workspace_id: int
    identity: str
    token_digest: str
    app: str
    platform: str
    limit: int | None
    is_counted: bool = True


class SkipReason(StrEnum):
    """Why a push is not sent."""

    ACCEPTED_BEFORE = "accepted_before"
    IN_PROGRESS = "in_progress"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A push that was taken and must be passed to :func:`settle` with its outcome. `is_charged`: quota is reserved."""

    entry: LedgerEntry
    key: int
    taken_by: str
    month: date | None
    is_charged: bool


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a push that was taken."""

    ticket: Ticket
    outcome: Outcome


@transaction.atomic
def take(entries: Sequence[LedgerEntry]) -> list[Ticket | SkipReason]:
    """Take the pushes and return for each, in the same order, a ticket if it should be sent, or why it is skipped.

    A push is skipped if it was accepted before, if another request is processing it, or if the quota is exhausted.
    """
    if not entries:
        return []
    now, taken_by = timezone.now(), uuid.uuid4().hex
    month = month_of(now)
    # A push without identity gets a unique key.
    keys = [
        (entry.workspace_id, entry.identity or f"-{taken_by}-{index}", entry.token_digest)
        for index, entry in enumerate(entries)
    ]
    first = {key: index for index, key in reversed(list(enumerate(keys)))}
    written = rows_write(
        {key: row_of(entries[index], month) for key, index in first.items()}, taken_by=taken_by, taken_at=now
    )
    stored = {row.row_key: row for row in rows_locked(first.keys() - written.keys())}
    abandoned = [row.key for key, row in stored.items() if key in first and is_abandoned(row, now)]
    if abandoned:
        GatewayPush.objects.filter(pk__in=abandoned).update(taken_at=now, taken_by=taken_by)
    results: list[Ticket | SkipReason] = []
    for index, (entry, key) in enumerate(zip(entries, keys, strict=True)):
        if first[key] != index:
            results.append(SkipReason.IN_PROGRESS)
        elif key in written:
            results.append(Ticket(entry, written[key], taken_by, month_counted(entry, month), is_charged=False))
        else:
            results.append(claim(entry, stored.get(key), taken_by, now))
    return reserve(results, taken_by)


def row_of(entry: LedgerEntry, month: date) -> NewRow:
    """Return the column values of a new row."""
    return entry.app, entry.platform, month_counted(entry, month)


def month_counted(entry: LedgerEntry, month: date) -> date | None:
    """Return the month whose quota the push counts against, or None."""
    return month if entry.is_counted else None


def is_abandoned(row: StoredRow, now: datetime) -> bool:
    """Return True if the request that took the push was interrupted, so that another may take it over."""
    return row.accepted_at is None and row.taken_at <= now - TAKEN_FOR


def claim(entry: LedgerEntry, row: StoredRow | None, taken_by: str, now: datetime) -> Ticket | SkipReason:
    """Return a ticket if another request's row was taken over, or why the push is skipped.

    The row may have been deleted: then the other request has just ended without its push being accepted.
    """
    if row is None:
        return SkipReason.IN_PROGRESS
    if row.accepted_at is not None:
        return SkipReason.ACCEPTED_BEFORE
    if not is_abandoned(row, now):
        return SkipReason.IN_PROGRESS
    # Its quota was reserved by the interrupted request, or has been counted since.
    return Ticket(entry, row.key, taken_by, None if row.settled_at else row.month, is_charged=True)


def reserve(results: list[Ticket | SkipReason], taken_by: str) -> list[Ticket | SkipReason]:
    """Reserve quota for the tickets that need it; the rows of those that exceed the quota are deleted."""
    waiting: dict[tuple[int, date, int], list[int]] = defaultdict(list)
    for index, ticket in enumerate(results):
        if isinstance(ticket, Ticket) and ticket.month and not ticket.is_charged:
            limit = UNLIMITED if ticket.entry.limit is None else ticket.entry.limit
            waiting[ticket.entry.workspace_id, ticket.month, limit].append(index)
    refused: list[int] = []
    # Within a workspace, pushes that may use more of the quota come first.
    for (workspace_id, month, limit), places in sorted(waiting.items(), key=lambda item: (*item[0][:2], -item[0][2])):
        granted = quota_reserve(
            workspace_id=workspace_id,
            month=month,
            wanted=len(places),
            limit=None if limit == UNLIMITED else limit,
        )
        refused += places[granted:]
    tickets = [ticket for index in refused if isinstance(ticket := results[index], Ticket)]
    if tickets:
        GatewayPush.objects.filter(pk__in=[ticket.key for ticket in tickets], taken_by=taken_by).delete()
        day = timezone.now().astimezone(UTC).date()
        usage_add(Counter(usage_key(ticket.entry, day, Outcome.EXHAUSTED) for ticket in tickets))
    gone = set(refused)
    return [SkipReason.EXHAUSTED if index in gone else ticket for index, ticket in enumerate(results)]


def usage_key(entry: LedgerEntry, day: date, outcome: Outcome) -> UsageKey:
    """Return the key under which the push is counted in the usage."""
    return entry.workspace_id, day, entry.app, entry.platform, outcome


@transaction.atomic
def settle(results: Sequence[Result]) -> list[int | None]:
    """Record the outcomes of taken pushes: accepted ones are counted, the others may be repeated.

    Returns for each, in the same order, the workspace's usage of the month that it counts against, or None if nothing
    was counted. Pushes that another request took over in the meantime, or that were counted as abandoned, are ignored.
    """
    now = timezone.now()
    day = now.astimezone(UTC).date()
    owners = owners_locked([result.ticket.key for result in results])
    usage: Counter[UsageKey] = Counter()
    quota: dict[tuple[int, date], Counter[str]] = defaultdict(Counter)
    accepted: list[int] = []
    gone: list[int] = []
    released: list[int] = []
    for result in results:
        ticket, is_accepted = result.ticket, result.outcome in (Outcome.ACCEPTED, Outcome.SILENT)
        if owners.get(ticket.key) != ticket.taken_by:
            continue
        counted_before = ticket.is_charged and ticket.month is None and ticket.entry.is_counted
        if not counted_before:
            usage[usage_key(ticket.entry, day, result.outcome)] += 1
        if ticket.month:
            quota[ticket.entry.workspace_id, ticket.month].update(ended=1, counted=int(is_accepted))
        if is_accepted and ticket.entry.identity:
            accepted.append(ticket.key)
        elif not counted_before:
            gone.append(ticket.key)
        else:
            # Already counted: another retry may take it immediately and is not counted again.
            released.append(ticket.key)
    if released:
        GatewayPush.objects.filter(pk__in=released).update(taken_at=now - TAKEN_FOR)
    if accepted:
        GatewayPush.objects.filter(pk__in=accepted).update(accepted_at=now, settled_at=now)
    if gone:
        rows_delete(gone)
    used = {
        (workspace_id, month): quota_settle(
            workspace_id=workspace_id, month=month, ended=counts["ended"], counted=counts["counted"]
        )
        for (workspace_id, month), counts in sorted(quota.items())
    }
    usage_add(usage)
    tickets = [result.ticket for result in results]
    return [used.get((ticket.entry.workspace_id, ticket.month)) if ticket.month else None for ticket in tickets]


@transaction.atomic
def abandoned_recover() -> int:
    """Count some pushes whose request was interrupted and that were not repeated; returns their number.

    Their provider may have accepted them, so they use up their quota. Their rows remain, so that a late retry is not
    counted again. Rows of pushes that are not counted are deleted.
    """
    now = timezone.now()
    rows = GatewayPush.objects.filter(settled_at__isnull=True, taken_at__lt=now - ABANDONED_AFTER)
    abandoned = list(rows.select_for_update(skip_locked=True).order_by("taken_at")[:RECOVERED_AT_ONCE])
    counted = [row for row in abandoned if row.month is not None]
    GatewayPush.objects.filter(pk__in=[row.pk for row in counted]).update(settled_at=now, taken_by="")
    GatewayPush.objects.filter(pk__in=[row.pk for row in abandoned if row.month is None]).delete()
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
    return len(abandoned)
