"""Reading what is due, always through the partial indexes and never over the whole due set."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from push.models import IS_WAITING, Channel, Decision, Notification, State


def claimed() -> QuerySet[Notification]:
    """Return the items that a worker holds; a claim that has ended holds until it is taken back."""
    return Notification.objects.filter(state=State.CLAIMED, claimed_until__isnull=False)


def claims_expired(at: datetime) -> QuerySet[Notification]:
    """Return the items whose claim has ended without a result: their worker is gone."""
    return Notification.objects.filter(state=State.CLAIMED, claimed_until__lte=at)


def waiting_of_free_users() -> QuerySet[Notification]:
    """Return the waiting items, due or not, earliest first, of users whom no worker serves."""
    served = claimed().filter(user=OuterRef("user"))
    return Notification.objects.filter(IS_WAITING, ~Exists(served)).order_by("due_at")


def due_users(at: datetime, *, rows: int, without: Collection[int] = ()) -> list[int]:
    """Return the keys of users with something due, from the first `rows` due items only, longest due first."""
    due = waiting_of_free_users().filter(due_at__lte=at).exclude(user__in=without)
    return list(dict.fromkeys(due.values_list("user_id", flat=True)[:rows]))


def due_next() -> tuple[int, datetime] | None:
    """Return the key and due time of the free users' item that is due first, be it in the past or the future."""
    return waiting_of_free_users().values_list("pk", "due_at").first()


def decision_next(at: datetime) -> int | None:
    """Return the key of a decision that has been waiting for a worker at the moment `at`, if there is one."""
    pending = Decision.objects.filter(decided_at=None, retry_at__lte=at, accepted_at__lte=at)
    return pending.order_by("retry_at").values_list("pk", flat=True).first()


def work_waits(at: datetime) -> bool:
    """Return whether a worker is needed: something is due that nobody serves, or a claim was left behind."""
    head = due_next()
    return (head is not None and head[1] <= at) or claims_expired(at).exists()


def email_rooms(keys: Collection[int]) -> dict[int, int]:
    """Return the rooms of those of the items that are e-mails."""
    emails = Notification.objects.filter(pk__in=keys, channel=Channel.EMAIL)
    return dict(emails.values_list("pk", "room_id"))
