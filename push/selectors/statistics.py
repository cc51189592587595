"""The numbers that tell how much the workspace pushes."""

from __future__ import annotations

from django.db.models import Count, Subquery, Sum
from django.db.models.functions import Coalesce

from push.models import Channel, Notification, OutcomeCount, State, is_waiting


def pushes_sent() -> int:
    """Return how many pushes have ever been sent: those still known, and those that were pruned.

    Both are read in one statement, because pruning moves them from the one to the other.
    """
    sent = {"channel": Channel.PUSH, "state": State.SENT}
    pruned = OutcomeCount.objects.filter(**sent).order_by().values("channel").annotate(total=Sum("count"))
    known = Notification.objects.filter(**sent)
    found = known.aggregate(total=Count("pk") + Coalesce(Subquery(pruned.values("total")), 0))
    total: int = found["total"]
    return total


def pushes_waiting() -> int:
    """Return how many pushes wait for their time, or to be tried again."""
    return Notification.objects.filter(is_waiting(), channel=Channel.PUSH).count()
