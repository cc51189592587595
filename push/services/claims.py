"""Claiming due notifications: all of a user's items together, and never two workers on one user.

A claim has an owner, its token, and an end. Whoever holds it extends it while they work; what a dead worker held comes
back by itself once the claim's end has passed.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from push.models import IS_WAITING, Channel, Notification, State
from push.selectors.due import claimed, due_users
from push.services.due import first_due
from push.services.jumps import clock_watch
from push.services.lost_claims import Candidate, claims_bound, claims_release, safe_together
from push.services.quiet import held_back, quiet_in_use

log = logging.getLogger(__name__)

# How many due rows are read to find users, and how often again when other workers serve those found.
WINDOW_ROWS = 800
WINDOWS = 5
# The most items that one claim takes; what a user has beyond them follows with the next claim, in order.
ITEMS_LIMIT = 2000
# Between two looks at whether a claim is to be extended, in seconds.
BEAT_SECONDS = 0.25
# Sets these advisory locks apart from others in the same database.
LOCK_CLASS = 0x0CA11


@dataclass(slots=True)
class Claim:
    """Items of some users, held by `token` until `until`; per user, the items' keys in order of creation.

    `rooms` tells of each e-mail among them which room's it is.
    """

    token: str
    until: datetime
    items: dict[int, list[int]]
    rooms: dict[int, int] = field(default_factory=dict)
    extended_at: float = field(default_factory=time.monotonic)

    @property
    def keys(self) -> list[int]:
        return [key for keys in self.items.values() for key in keys]


@transaction.atomic
def users_claim(*, limit: int, now: datetime) -> Claim | None:
    """Claim what is due of up to `limit` users, with their other queued items, for `CLAIM_LEASE` seconds.

    Items waiting to be retried are left until their own time, as are pushes that quiet hours would hold now.
    Returns None when nothing is due that is not being served. On SQLite the transaction itself keeps others out; on
    PostgreSQL an advisory lock per user does.
    """
    until = clock_watch.claim_end(now)
    claims_bound(now=now, until=until)
    if clock_watch.claims_settled():
        claims_release(now=now)
    users = free_users_lock(limit=limit, now=now)
    if not users:
        return None
    claimable = Q(state=State.QUEUED) | Q(state=State.RETRYING, due_at__lte=now)
    theirs = Notification.objects.filter(IS_WAITING, claimable, user__in=users)
    if quiet_in_use():
        asleep = held_back(theirs.filter(due_at__gt=now), at=now)
        theirs = theirs.exclude(pk__in=asleep.values("pk"))
    # Rows that somebody else is changing are skipped, not waited for: they are being dropped.
    free = theirs.select_for_update(skip_locked=True).order_by("pk").values_list(*Candidate._fields)
    rows = [Candidate(*row) for row in free[: ITEMS_LIMIT + 1]]
    chosen = safe_together(rows[:ITEMS_LIMIT], users)
    if len(chosen) < len(rows):
        theirs.filter(state=State.QUEUED, due_at__gt=now).update(due_at=now, first_due_at=first_due())
    claim = claim_of(chosen, until=until)
    Notification.objects.filter(pk__in=claim.keys).update(
        state=State.CLAIMED, claimed_by=claim.token, claimed_until=claim.until
    )
    return claim if claim.items else None


def claim_of(rows: Iterable[Candidate], *, until: datetime) -> Claim:
    """Return a claim, with a token of its own, to these items in this order."""
    claim = Claim(str(uuid.uuid4()), until, {})
    for row in rows:
        claim.items.setdefault(row.user_id, []).append(row.pk)
        if row.channel == Channel.EMAIL:
            claim.rooms[row.pk] = row.room_id
    return claim


def free_users_lock(*, limit: int, now: datetime) -> list[int]:
    """Return up to `limit` users with something due, none of them served by another worker."""
    found: list[int] = []
    tried: set[int] = set()
    for _window in range(WINDOWS):
        due, is_all = due_users(now, rows=WINDOW_ROWS, without=tried)
        candidates = due[: limit - len(found)]
        tried.update(candidates)
        locked = users_lock(candidates)
        # Read again under the lock: a worker may have claimed and committed since the candidates were found.
        served = set(claimed().filter(user__in=locked).values_list("user_id", flat=True))
        found += [user for user in locked if user not in served]
        if is_all or len(found) >= limit:
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


@contextmanager
def claim_kept(claim: Claim) -> Iterator[None]:
    """Extend the claim from a thread of its own, during what may take longer than a claim lasts and does not say so.

    Within a transaction, which no thread can share, it is not extended.
    """
    if connection.in_atomic_block:
        yield
        return
    over = threading.Event()

    def extend() -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                claim_extend(claim=claim)
        finally:
            connection.close()

    thread = threading.Thread(target=extend, name="push-claim")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def claim_prolong(claim: Claim) -> None:
    """Let the claim last for `CLAIM_LEASE` seconds from now, and forget the items that it lost."""
    now = timezone.now()
    claim.until = clock_watch.claim_end(now)
    held = Notification.objects.filter(pk__in=claim.keys, state=State.CLAIMED, claimed_by=claim.token)
    extended = held.update(claimed_until=claim.until)
    claim.extended_at = time.monotonic()
    if extended < len(claim.keys):
        claim_narrow(claim, set(held.values_list("pk", flat=True)))


def claim_release(*, claim: Claim) -> None:
    """Put what the claim still holds back into the queue."""
    held = Notification.objects.filter(pk__in=claim.keys, state=State.CLAIMED, claimed_by=claim.token)
    held.update(state=State.QUEUED, claimed_by="", claimed_until=None)


def claim_part(claim: Claim, keys: Collection[int]) -> Claim:
    """Return a claim to these of the claim's items alone, which is extended by itself."""
    part = Claim(claim.token, claim.until, claim.items, claim.rooms, claim.extended_at)
    claim_narrow(part, keys)
    return part


def claim_return(*, claim: Claim, users: Mapping[int, datetime | None]) -> None:
    """Put what the claim holds of these users back into the queue, not before the moment given with each.

    Their items keep their order: the claim's next ones would overtake what is held back.
    """
    alike: dict[datetime | None, list[int]] = {}
    for user, until in users.items():
        alike.setdefault(until, []).extend(claim.items.get(user, []))
    for until, keys in alike.items():
        held = Notification.objects.filter(pk__in=keys, state=State.CLAIMED, claimed_by=claim.token)
        later = {} if until is None else {"due_at": until}
        held.update(state=State.QUEUED, claimed_by="", claimed_until=None, **later)
    claim.items = {user: keys for user, keys in claim.items.items() if user not in users}


def claim_narrow(claim: Claim, keys: Collection[int]) -> None:
    """Keep only these items in the claim."""
    kept = {user: [key for key in of_user if key in keys] for user, of_user in claim.items.items()}
    claim.items = {user: of_user for user, of_user in kept.items() if of_user}
