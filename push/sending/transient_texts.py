"""Deletes the texts of messages whose source does not store texts, once they are not needed to notify anybody."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from push.models import Decision, Notification
from push.models.queue import IS_UNFINISHED
from workspace.models import TransientText

# Open pages that reconnect, and phones that load the text of a push, need it a little longer than the queue.
LOADING_TIME = timedelta(minutes=5)
# What waits longer, such as for the end of quiet hours, is sent without the text.
LONGEST_TIME = timedelta(days=1)
BATCH = 1000


def texts_unneeded(now: datetime) -> QuerySet[TransientText]:
    """Return the texts that can be deleted."""
    of_message = {"message": OuterRef("message")}
    is_undecided = Exists(Decision.objects.filter(Q(decided_at=None, retry_at__isnull=False), **of_message))
    is_queued = Exists(Notification.objects.filter(IS_UNFINISHED, **of_message))
    is_done = Q(created_at__lt=now - LOADING_TIME) & ~is_undecided & ~is_queued
    return TransientText.objects.filter(is_done | Q(created_at__lt=now - LONGEST_TIME))


def has_unneeded_texts() -> bool:
    """Return True if there is a text that can be deleted."""
    return texts_unneeded(timezone.now()).exists()


@transaction.atomic
def texts_delete() -> int:
    """Delete a batch of texts that are not needed; return how many. Several workers may do this at once."""
    unneeded = texts_unneeded(timezone.now()).select_for_update(skip_locked=True, of=("self",)).order_by("created_at")
    keys = list(unneeded.values_list("pk", flat=True)[:BATCH])
    TransientText.objects.filter(pk__in=keys).delete()
    return len(keys)
