"""Claiming due notifications: all of a user's items together, and never two workers on one user.

A claim has an owner, identified by a token, and a lease that the owner extends while it works. When a worker dies, its
lease expires and the items are free again. Claims are rows of their own (:mod:`push.models.claims`): claiming,
extending and releasing do not change the rows of the queue.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from push.models import IS_UNFINISHED, Channel, ClaimedItem, Lease, Notification, State
from push.monitoring.counting import claim_count
from push.rules.delays import first_due
from push.rules.quiet_hours import held_back, quiet_in_use
from push.selectors.due import due_users, leases_doubtful
from push.sending.lost_claims import SUSPECT_AFTER, Candidate, Suspects, leases_bound, leases_release, safe_together
from push.services.clock_jumps import clock_watch
from workspace.logs.events import LogEvent

NOTIFICATIONS_CLAIMED = LogEvent(
    "notifications.claimed",
    "A worker has reserved the due notifications of some users, to send them.",
    {"claim": "the id of the claim, which its attempts name", "users": "how many", "notifications": "how many"},
)
CLAIM_NOT_EXTENDED = LogEvent(
    "claim.not_extended",
    "The database is unavailable, so a claim could not be extended. If this lasts, another worker takes over.",
    {"claim": "the id of the claim"},
    logging.WARNING,
)

# How many due rows are read to find users, and how many times if other workers already serve these users.
WINDOW_ROWS = 800
WINDOWS = 5
# The maximum number of items in a claim. A user's further items follow in order with the next claim.
ITEMS_LIMIT = 2000
# Distinguishes these advisory locks from others in the same database.
LOCK_CLASS = 0x0CA11


@dataclass(slots=True)
class Claim:
    """Items of some users, claimed by `token` until `until`. `items` are their keys by user, in order of creation.

    `rooms` contains the room of each e-mail among them.
    """

    token: str
    until: datetime
    items: dict[int, list[int]]
    rooms: dict[int, int] = field(default_factory=dict)
    extended_at: float = field(default_factory=time.monotonic)
    is_isolated: bool = False

    @property
    def keys(self) -> list[int]:
        return [key for keys in self.items.values() for key in keys]


@transaction.atomic
def users_claim(*, limit: int, now: datetime, suspects: Suspects = Suspects.ISOLATE) -> Claim | None:
    """Claim the due items of up to `limit` users, for `CLAIM_LEASE` seconds.

    When one of a user's items comes due for the first time, all their queued items are claimed along with it. Items
    that wait for a retry are left until their own time, as are pushes that quiet hours would hold now. Items that may
    have killed workers are claimed apart from the others. Returns None when nothing of a free user is due, or only
    suspects are and `suspects` excludes them. On SQLite the transaction itself excludes other workers; on PostgreSQL an
    advisory lock per user does.
    """
    until = clock_watch.claim_end(now)
    if leases_doubtful(now):
        leases_bound(now=now, until=until)
        if clock_watch.claims_settled():
            leases_release(now=now)
    users = free_users_lock(limit=limit, now=now)
    if not users:
        return None
    claimable = Q(state=State.QUEUED) | Q(state=State.RETRYING, due_at__lte=now)
    unfinished = Notification.objects.filter(IS_UNFINISHED, claimable, user__in=users)
    if quiet_in_use():
        asleep = held_back(unfinished.filter(due_at__gt=now), at=now)
        unfinished = unfinished.exclude(pk__in=asleep.values("pk"))
    rows = due_together(candidates(unfinished, now=now))
    lost = {row.pk: row.times for row in rows if row.times is not None and row.times >= SUSPECT_AFTER}
    chosen = safe_together(rows[:ITEMS_LIMIT], users, lost=lost, suspects=suspects)
    if not chosen:
        return None
    claim = claim_of(chosen, until=until)
    claim.is_isolated = not lost.keys().isdisjoint(claim.keys)
    if len(chosen) < len(rows):
        rest = {row.user_id for row in rows if row.is_first}
        later = unfinished.filter(state=State.QUEUED, due_at__gt=now, user__in=rest).exclude(pk__in=claim.keys)
        later.update(due_at=now, first_due_at=first_due())
    claim_save(claim)
    claim_count(len(claim.keys))
    values = {"claim": claim.token, "users": len(claim.items), "notifications": len(claim.keys)}
    transaction.on_commit(partial(NOTIFICATIONS_CLAIMED.log, **values))
    return claim


def candidates(items: QuerySet[Notification], *, now: datetime) -> list[Candidate]:
    """Return the first items, one more than a claim may have.

    The database compares the due times: converting thousands of them to Python costs more than the query.
    """
    is_due = Q(due_at__lte=now)
    read = items.annotate(
        is_due=ExpressionWrapper(is_due, BooleanField()),
        is_first=ExpressionWrapper(is_due & Q(state=State.QUEUED), BooleanField()),
        times=F("lost_item__times"),
    )
    rows = read.order_by("pk").values_list(*Candidate._fields)
    return [Candidate(*row) for row in rows[: ITEMS_LIMIT + 1]]


def due_together(rows: Sequence[Candidate]) -> list[Candidate]:
    """Return the rows to claim: due items and, if one of them is due for the first time, the user's other items.

    A retry does not bring the user's other items forward.
    """
    bringing = {row.user_id for row in rows if row.is_first}
    return [row for row in rows if row.is_due or row.user_id in bringing]


def claim_save(claim: Claim) -> None:
    """Write the claim to the database.

    A claim has up to 2,000 items. Building a model instance for each of them would take more processor time than the
    rest of the claim, so the rows are written with plain SQL.
    """
    table, leases = (connection.ops.quote_name(model._meta.db_table) for model in (ClaimedItem, Lease))
    insert = f"INSERT INTO {table} (lease_id, notification_id, user_id)"
    users = [user for user, keys in claim.items.items() for _key in keys]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lease = f"INSERT INTO {leases} (token, until) VALUES (%s, %s)"  # noqa: S608 (only a table's name)
            select = "SELECT %s, item, member FROM unnest(%s::bigint[], %s::bigint[]) AS claimed (item, member)"
            cursor.execute(
                f"WITH lease AS ({lease}) {insert} {select}", [claim.token, claim.until, claim.token, claim.keys, users]
            )
        else:
            Lease.objects.create(token=claim.token, until=claim.until)
            rows = [(claim.token, key, user) for key, user in zip(claim.keys, users, strict=True)]
            cursor.executemany(f"{insert} VALUES (%s, %s, %s)", rows)


def claim_of(rows: Iterable[Candidate], *, until: datetime) -> Claim:
    """Return a claim, with a token of its own, to these items in this order."""
    claim = Claim(str(uuid.uuid4()), until, {})
    for row in rows:
        claim.items.setdefault(row.user_id, []).append(row.pk)
        if row.channel == Channel.EMAIL:
            claim.rooms[row.pk] = row.room_id
    return claim


def free_users_lock(*, limit: int, now: datetime) -> list[int]:
    """Return up to `limit` users who have due items and are not served by another worker."""
    claimed_users: list[int] = []
    tried: set[int] = set()
    for _window in range(WINDOWS):
        due, is_all = due_users(now, rows=WINDOW_ROWS, without=tried)
        candidates = due[: limit - len(claimed_users)]
        tried.update(candidates)
        claimed_users += users_lock(candidates)
        if is_all or len(claimed_users) >= limit:
            break
    return claimed_users


def users_lock(users: Sequence[int]) -> list[int]:
    """Lock the users until the transaction ends; return those that no other worker has locked or serves."""
    if connection.vendor != "postgresql":
        # The transaction excludes other workers.
        return list(users)
    with connection.cursor() as cursor:
        # Keys with more than 31 bits may share a lock. Then one of the two users waits for the next claim.
        cursor.execute(
            "SELECT u FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(u, n)"
            " WHERE pg_try_advisory_xact_lock(%s, (u %% 2147483647)::int) ORDER BY n",
            [list(users), LOCK_CLASS],
        )
        locked = [row[0] for row in cursor.fetchall()]
    # Read again under the lock: a worker may have claimed and committed since the candidates were found.
    served = set(ClaimedItem.objects.filter(user__in=locked).values_list("user_id", flat=True))
    return [user for user in locked if user not in served]


def claim_extend(*, claim: Claim) -> None:
    """Extend the claim when a third of its time has passed; remove its items if it was lost to another worker.

    If the database is unavailable, the next call tries again: sending in progress does not need the database.
    """
    if time.monotonic() - claim.extended_at < settings.CLAIM_LEASE / 3:
        return
    try:
        claim_prolong(claim)
    except (OperationalError, InterfaceError) as error:
        if connection.in_atomic_block:
            raise
        CLAIM_NOT_EXTENDED.log(claim=claim.token, exc_info=error)
        connection.close()


def claim_prolong(claim: Claim) -> None:
    """Extend the lease to `CLAIM_LEASE` seconds from now; if it was lost, remove the items from the claim."""
    claim.until = clock_watch.claim_end(timezone.now())
    is_held = Lease.objects.filter(pk=claim.token).update(until=claim.until)
    claim.extended_at = time.monotonic()
    if not is_held:
        claim.items = {}


def items_begin(*, keys: Collection[int], token: str, now: datetime) -> None:
    """Record that the worker is about to send these items of its claim."""
    ClaimedItem.objects.filter(pk__in=keys, lease=token).update(begun_at=now)


def claim_release(*, claim: Claim) -> None:
    """Return the items of the claim to the queue."""
    ClaimedItem.objects.filter(pk__in=claim.keys, lease=claim.token).delete()
    claim_close(claim=claim)


def claim_close(*, claim: Claim) -> None:
    """Delete the lease if none of its items is claimed any more."""
    items = ClaimedItem.objects.filter(lease=OuterRef("pk"))
    Lease.objects.filter(~Exists(items), pk=claim.token).delete()


def claim_part(claim: Claim, keys: Collection[int]) -> Claim:
    """Return a claim to only these items of the claim. It is extended separately."""
    part = Claim(claim.token, claim.until, claim.items, claim.rooms, claim.extended_at)
    claim_narrow(part, keys)
    return part


def claim_return(*, claim: Claim, users: Mapping[int, datetime | None]) -> None:
    """Return the items of these users to the queue, due at the given time if there is one.

    This keeps their order: otherwise, later items in the claim would overtake the items that are held back.
    """
    alike: dict[datetime, list[int]] = {}
    for user, until in users.items():
        if until is not None:
            alike.setdefault(until, []).extend(claim.items.get(user, []))
    held = Exists(ClaimedItem.objects.filter(pk=OuterRef("pk"), lease=claim.token))
    for until, keys in alike.items():
        Notification.objects.filter(IS_UNFINISHED, held, pk__in=keys).update(due_at=until)
    returned = [key for user in users for key in claim.items.get(user, [])]
    ClaimedItem.objects.filter(pk__in=returned, lease=claim.token).delete()
    claim.items = {user: keys for user, keys in claim.items.items() if user not in users}


def claim_narrow(claim: Claim, keys: Collection[int]) -> None:
    """Remove all other items from the claim."""
    kept = {user: [key for key in of_user if key in keys] for user, of_user in claim.items.items()}
    claim.items = {user: of_user for user, of_user in kept.items() if of_user}
