"""Holds pushes back in quiet hours (docs/quiet-hours.md)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from push.models import Channel, Notification, is_waiting
from push.rules.delays import first_due
from push.rules.quiet_hours import hold, quiet_in_use
from push.waking import wake
from workspace.models import User


def items_hold(*, items: QuerySet[Notification]) -> int:
    """Apply the current quiet hours to waiting pushes; return how many were changed.

    Pushes that were already held are due at the new end of the quiet hours, or as planned if these no longer apply.
    """
    pushes = items.filter(is_waiting(), channel=Channel.PUSH)
    planned, now = Coalesce(F("held_from"), F("due_at")), timezone.now()
    held = hold(pushes, due=planned, rule="rule", not_before=now)
    concerned = held.rows.filter(Q(held_from__isnull=False) | Q(quiet_until__gt=F("planned_at")))
    same = hold(Notification.objects.filter(pk=OuterRef("pk")), due=planned, rule="rule", not_before=now)
    fresh = {name: Subquery(same.rows.values_list(expression)) for name, expression in same.fields.items()}
    return pushes.filter(pk__in=concerned.values("pk")).update(first_due_at=first_due(), **fresh)


@transaction.atomic
def waiting_hold(*, user: User | None) -> None:
    """Apply changed quiet hours to the waiting items of the user (None: of all users).

    If nobody has quiet hours any more, only held items are evaluated.
    """
    items = Notification.objects.filter(is_waiting(), channel=Channel.PUSH)
    if user is not None:
        items = items.filter(user=user)
    if not quiet_in_use():
        items = items.filter(held_from__isnull=False)
    # Usually nothing is waiting, and this check costs far less than evaluating the quiet hours.
    if items.exists() and items_hold(items=items):
        wake("dispatch")
