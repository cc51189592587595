"""Claiming due notifications: all of a user's items together, and never two workers on one user.

A claim has an owner, its token, and an end. Whoever holds it extends it while they work; what a dead worker held comes
back by itself once the claim's end has passed.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from push.models import IS_WAITING, Notification, State
from push.selectors.due import claimed, claims_expired, due_users
from push.services.jumps import clock_watch

log = logging.getLogger(__name__)

# How many due rows are read to find users, and how often again when other workers serve those found.
WINDOW_ROWS = 800
WINDOWS = 5
# The most items that one claim takes; what a user has beyond them follows with the next claim, in order.
ITEMS_LIMIT = 2000
# The most expired claims that are taken back at once.
EXPIRED_LIMIT = 1000
# Sets these advisory locks apart from others in the same database.
LOCK_CLASS = 0x0CA11


@dataclass(slots=True)
class Claim:
    """Items of some users, held by `token` until `until`; per user, the items' keys in order of creation."""

    token: str
    until: datetime
    items: dict[int, list[int]]
    extended_at: float = field(default_factory=time.monotonic)

    @property
    def keys(self) -> list[int]:
        return [key for keys in self.items.values() for key in keys]


@transaction.atomic
def users_claim(*, limit: int, now: datetime) -> Claim | None:
    """Claim what is due of up to `limit` users, with their other queued items, for `CLAIM_LEASE` seconds.

    Items waiting to be retried are left until their own time. Returns None when nothing is due that is not being
    served. On SQLite the transaction itself keeps others out; on PostgreSQL an advisory lock per user does.
    """
    if clock_watch.claims_settled():
        claims_release(now=now)
    users = free_users_lock(limit=limit, now=now)
    if not users:
        return None
    claimable = Q(state=State.QUEUED) | Q(state=State.RETRYING, due_at__lte=now)
    theirs = Notification.objects.filter(IS_WAITING, claimable, user__in=users)
    # Rows that somebody else is changing are skipped, not waited for: they are being dropped.
    rows = list(
        theirs.select_for_update(skip_locked=True).order_by("pk").values_list("user_id", "pk")[: ITEMS_LIMIT + 1]
    )
    if len(rows) > ITEMS_LIMIT:
        rows = rows[:ITEMS_LIMIT]
        theirs.filter(state=State.QUEUED, due_at__gt=now).update(due_at=now)
    claim = Claim(str(uuid.uuid4()), now + timedelta(seconds=settings.CLAIM_LEASE), grouped(rows))
    Notification.objects.filter(pk__in=claim.keys).update(
        state=State.CLAIMED, claimed_by=claim.token, claimed_until=claim.until
    )
    return claim if rows else None


def claims_release(*, now: datetime) -> None:
    """Put back in the queue what workers held whose claim has ended."""
    expired = list(
        claims_expired(now)
        .select_for_update(skip_locked=True)
        .order_by("claimed_until")
        .values_list("pk", flat=True)[:EXPIRED_LIMIT]
    )
    if expired:
        claims_expired(now).filter(pk__in=expired).update(state=State.QUEUED, claimed_by="", claimed_until=None)


def free_users_lock(*, limit: int, now: datetime) -> list[int]:
    """Return up to `limit` users with something due, none of them served by another worker."""
    found: list[int] = []
    tried: set[int] = set()
    for _window in range(WINDOWS):
        candidates = due_users(now, rows=WINDOW_ROWS, without=tried)[: limit - len(found)]
        if not candidates:
            break
        tried.update(candidates)
        locked = users_lock(candidates)
        # Read again under the lock: a worker may have claimed and committed since the candidates were found.
        served = set(claimed().filter(user__in=locked).values_list("user_id", flat=True))
        found += [user for user in locked if user not in served]
        if len(found) >= limit:
            break
    return found


def users_lock(users: Sequence[int]) -> list[int]:
    """Return those of the users on whom no other transaction is claiming; they stay locked until this one ends."""
    if connection.vendor != "postgresql":
        return list(users)
    with connection.cursor() as cursor:
        # Keys beyond 31 bits may share a lock: then one of the two users waits for the next claim.
        cursor.execute(
            "SELECT u FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(u, n)"
            " WHERE pg_try_advisory_xact_lock(%s, (u %% 2147483647)::int) ORDER BY n",
            [list(users), LOCK_CLASS],
        )
        return [row[0] for row in cursor.fetchall()]


def grouped(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Return the second of each pair, in order, by the first."""
    groups: dict[int, list[int]] = {}
    for user, key in rows:
        groups.setdefault(user, []).append(key)
    return groups


def claim_extend(*, claim: Claim) -> None:
    """Extend the claim once a third of it has passed, and forget the items that it lost to another worker.

    When the database is away that is left for the next time: what is being sent has no use for it.
    """
    if time.monotonic() - claim.extended_at < settings.CLAIM_LEASE / 3:
        return
    try:
        claim_prolong(claim)
    except (OperationalError, InterfaceError) as error:
        if connection.in_atomic_block:
            raise
        log.warning("The database is away; a claim could not be extended: %s", error)
        connection.close()


def claim_prolong(claim: Claim) -> None:
    """Let the claim last for `CLAIM_LEASE` seconds from now, and forget the items that it lost."""
    now = timezone.now()
    claim.until = now + timedelta(seconds=settings.CLAIM_LEASE)
    held = Notification.objects.filter(pk__in=claim.keys, state=State.CLAIMED, claimed_by=claim.token)
    extended = held.update(claimed_until=claim.until)
    claim.extended_at = time.monotonic()
    if extended < len(claim.keys):
        claim_narrow(claim, set(held.values_list("pk", flat=True)))


def claim_release(*, claim: Claim) -> None:
    """Put what the claim still holds back into the queue."""
    held = Notification.objects.filter(pk__in=claim.keys, state=State.CLAIMED, claimed_by=claim.token)
    held.update(state=State.QUEUED, claimed_by="", claimed_until=None)


def claim_narrow(claim: Claim, keys: Collection[int]) -> None:
    """Keep only these items in the claim."""
    kept = {user: [key for key in of_user if key in keys] for user, of_user in claim.items.items()}
    claim.items = {user: of_user for user, of_user in kept.items() if of_user}
