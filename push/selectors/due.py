"""Selectors for due work. They only use partial indexes and never read all due rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from push.models import IS_UNFINISHED, ClaimedItem, Decision, Lease, Notification, ShownMessage, ShownRoom
from workspace.database.existence import any_exist


def leases_expired(at: datetime) -> QuerySet[Lease]:
    """Return the leases that were not extended in time, so their worker has died."""
    return Lease.objects.filter(until__lte=at)


def leases_of_the_future(at: datetime) -> QuerySet[Lease]:
    """Return the leases that end impossibly late: a worker's clock was ahead or has been set back."""
    return Lease.objects.filter(until__gt=at + 2 * timedelta(seconds=settings.CLAIM_LEASE))


def leases_doubtful(at: datetime) -> bool:
    """Return True if there are leases whose worker may have died."""
    return any_exist(leases_expired(at), leases_of_the_future(at))


def waiting_of_free_users() -> QuerySet[Notification]:
    """Return the waiting items, due or not, of users that no worker is serving, earliest first."""
    served = ClaimedItem.objects.filter(user=OuterRef("user"))
    return Notification.objects.filter(IS_UNFINISHED, ~Exists(served)).order_by("due_at")


def due_users(at: datetime, *, rows: int, without: Collection[int] = ()) -> tuple[list[int], bool]:
    """Return the keys of users with due items, longest due first, and whether these are all.

    Reads only the first `rows` due items.
    """
    due = waiting_of_free_users().filter(due_at__lte=at)
    users = list((due.exclude(user__in=without) if without else due).values_list("user_id", flat=True)[:rows])
    return list(dict.fromkeys(users)), len(users) < rows


def due_next() -> tuple[int, datetime] | None:
    """Return the key and due time of the earliest item of users that no worker is serving."""
    return waiting_of_free_users().values_list("pk", "due_at").first()


def decision_next() -> tuple[int, datetime] | None:
    """Return the key of the next pending decision, and the time from which it may be processed."""
    pending = Decision.objects.filter(decided_at=None, retry_at__isnull=False).order_by("retry_at")
    first = pending.values_list("pk", "retry_at").first()
    return (first[0], first[1]) if first and first[1] else None


def lease_end_next() -> datetime | None:
    """Return when the earliest lease ends."""
    return Lease.objects.order_by("until").values_list("until", flat=True).first()


def count_next(at: datetime) -> tuple[int, int | None] | None:
    """Return the key and position of a decision, made before `at`, whose members have not all been counted."""
    uncounted = Decision.objects.filter(position__isnull=False, decided_at__lte=at, retry_at__lte=at)
    return uncounted.order_by("retry_at").values_list("pk", "position").first()


def clearing_next() -> tuple[int, datetime] | None:
    """Return the key and due time of the next update for a device (:mod:`push.sending.remove_shown`)."""
    rooms = ShownRoom.objects.filter(due_at__isnull=False).order_by("due_at").values_list("pk", "due_at").first()
    messages = ShownMessage.objects.order_by("due_at").values_list("pk", "due_at").first()
    candidates = [(key, due_at) for key, due_at in filter(None, (rooms, messages)) if due_at is not None]
    return min(candidates, key=lambda candidate: candidate[1], default=None)


def work_waits(at: datetime) -> bool:
    """Return True if there is work: an item of a user that no worker is serving is due, or a lease has expired."""
    due = waiting_of_free_users().order_by().filter(due_at__lte=at)
    return any_exist(due, leases_expired(at), leases_of_the_future(at))


def work_waits_of(users: Collection[int], at: datetime) -> bool:
    """Return True if an item of these users is due, even if a worker is serving them."""
    return Notification.objects.filter(IS_UNFINISHED, user__in=users, due_at__lte=at).exists()
