"""Reading what is due, always through the partial indexes and never over the whole due set."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from push.models import IS_UNFINISHED, ClaimedItem, Decision, Lease, Notification, ShownMessage, ShownRoom


def leases_expired(at: datetime) -> QuerySet[Lease]:
    """Return the leases that were not extended in time: their worker died."""
    return Lease.objects.filter(until__lte=at)


def leases_of_the_future(at: datetime) -> QuerySet[Lease]:
    """Return the leases that end later than possible: a worker's clock was ahead, or was set back since."""
    return Lease.objects.filter(until__gt=at + 2 * timedelta(seconds=settings.CLAIM_LEASE))


def leases_doubtful(at: datetime) -> bool:
    """Return True if there are leases whose worker may have died."""
    return leases_expired(at).exists() or leases_of_the_future(at).exists()


def waiting_of_free_users() -> QuerySet[Notification]:
    """Return the waiting items, due or not, earliest first, of users whom no worker serves."""
    served = ClaimedItem.objects.filter(user=OuterRef("user"))
    return Notification.objects.filter(IS_UNFINISHED, ~Exists(served)).order_by("due_at")


def due_users(at: datetime, *, rows: int, without: Collection[int] = ()) -> tuple[list[int], bool]:
    """Return the keys of users with something due, from the first `rows` due items only, longest due first.

    With them, whether these were all that is due.
    """
    due = waiting_of_free_users().filter(due_at__lte=at)
    found = list((due.exclude(user__in=without) if without else due).values_list("user_id", flat=True)[:rows])
    return list(dict.fromkeys(found)), len(found) < rows


def due_next() -> tuple[int, datetime] | None:
    """Return the key and due time of the free users' item that is due first, be it in the past or the future."""
    return waiting_of_free_users().values_list("pk", "due_at").first()


def decision_next() -> tuple[int, datetime] | None:
    """Return the key of the decision that is to be taken first, and from when on it may be."""
    pending = Decision.objects.filter(decided_at=None).order_by("retry_at")
    return pending.values_list("pk", "retry_at").first()


def lease_end_next() -> datetime | None:
    """Return when the first of the workers' leases ends."""
    return Lease.objects.order_by("until").values_list("until", flat=True).first()


def count_next(at: datetime) -> tuple[int, int | None] | None:
    """Return the key and position of a decision whose members are still to be counted, since before the moment `at`."""
    uncounted = Decision.objects.filter(position__isnull=False, decided_at__lte=at, retry_at__lte=at)
    return uncounted.order_by("retry_at").values_list("pk", "position").first()


def clearing_next() -> tuple[int, datetime] | None:
    """Return the key and due time of the update for a device that is due first (:mod:`push.sending.remove_shown`)."""
    rooms = ShownRoom.objects.filter(due_at__isnull=False).order_by("due_at").values_list("pk", "due_at").first()
    messages = ShownMessage.objects.order_by("due_at").values_list("pk", "due_at").first()
    found = [(key, due_at) for key, due_at in filter(None, (rooms, messages)) if due_at is not None]
    return min(found, key=lambda first: first[1], default=None)


def work_waits(at: datetime) -> bool:
    """Return whether a worker is needed: an item of a free user is due, or a lease has expired."""
    head = due_next()
    return (head is not None and head[1] <= at) or leases_doubtful(at)


def work_waits_of(users: Collection[int], at: datetime) -> bool:
    """Return whether something is due of these users, served or not."""
    return Notification.objects.filter(IS_UNFINISHED, user__in=users, due_at__lte=at).exists()
