"""Corrects times that were written while the system's clock was ahead.

When the clock is set back, items with these times would wait too long. Rows that were written in the future are treated
as if they had been written now: they keep their delay, so they are late only by the time until this is noticed. Items
that quiet hours hold wait for a time of day, so they are not changed.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, OuterRef, Subquery, Value
from django.db.models.expressions import CombinedExpression
from django.utils import timezone

from push.models import Answer, Attempt, Decision, Notification, State, is_waiting
from push.waking import wake

# The clocks of different machines differ by less than this.
TOLERANCE = timedelta(seconds=1)
BATCH = 500


def times_mend() -> None:
    """Restart the delays of everything that was written in the future, and wake the workers."""
    decisions_mend()
    queued_mend()
    while retries_mend():
        pass
    wake("decide")


def decisions_mend() -> None:
    """Make decisions due now whose messages were accepted while the clock was ahead."""
    now = timezone.now()
    pending = Decision.objects.filter(decided_at=None, retry_at__isnull=False, accepted_at__gt=now + TOLERANCE)
    pending.update(accepted_at=now, retry_at=now)


def queued_mend() -> None:
    """Restart the delay of items that were queued while the clock was ahead."""
    now = timezone.now()
    waiting = Notification.objects.filter(is_waiting(), state=State.QUEUED, due_at__gt=now, held_until=None)
    due = {name: from_now(name, since="created_at") for name in ("due_at", "first_due_at")}
    waiting.filter(created_at__gt=now + TOLERANCE).update(**due, created_at=now)


@transaction.atomic
def retries_mend() -> int:
    """Restart the delay of a batch of retries that were scheduled while the clock was ahead; return how many."""
    now = timezone.now()
    answered = Attempt.objects.filter(answer=Answer.RETRY, finished_at__gt=now + TOLERANCE)
    last = answered.filter(notification=OuterRef("pk")).order_by("-finished_at").values("finished_at")[:1]
    waiting = Notification.objects.filter(is_waiting(), state=State.RETRYING, due_at__gt=now, held_until=None)
    concerned = waiting.alias(answered_at=Subquery(last)).filter(answered_at__isnull=False)
    keys = list(concerned.order_by("pk").values_list("pk", flat=True)[:BATCH])
    concerned.filter(pk__in=keys).update(due_at=from_now("due_at", since="answered_at"))
    answered.filter(notification__in=keys).update(retry_at=from_now("retry_at", since="finished_at"), finished_at=now)
    return len(keys)


def from_now(moment: str, *, since: str) -> ExpressionWrapper[CombinedExpression]:
    """Return an expression for now plus the interval from the time `since` to the time `moment`."""
    now = Value(timezone.now(), output_field=DateTimeField())
    return ExpressionWrapper(now + (F(moment) - F(since)), output_field=DateTimeField())
