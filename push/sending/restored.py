"""After a backup was restored: nothing that the installation has sent since the backup is sent again."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from push.models import (
    IS_UNFINISHED,
    Answer,
    Attempt,
    ClaimedItem,
    DesktopEvent,
    Device,
    EndReason,
    Lease,
    Notification,
)
from push.sending.queue import drop_queued
from push.services.fanout import pending_decide
from workspace.database.sequences import keys_skip

BATCH = 5000
# More rows than an installation writes between two backups.
SKIPPED_KEYS = 1_000_000_000


def restored_queue_finish(*, keeps_queue: bool) -> int:
    """Decide what was pending, and drop what was waiting, unless `keeps_queue`; return how many were dropped.

    What quiet hours hold back until a later time stays in the queue: it was not due before. No worker may be running.
    """
    identities_renew()
    Attempt.objects.filter(answer=Answer.SENDING).update(answer=Answer.UNKNOWN, finished_at=timezone.now())
    ClaimedItem.objects.all().delete()
    Lease.objects.all().delete()
    if keeps_queue:
        return 0
    pending_decide()
    # Such as links for a new password, which were sent. The worker's clock finds all other work.
    OrmQ.objects.all().delete()
    dropped = 0
    while number := waiting_drop():
        dropped += number
    return dropped


def identities_renew() -> None:
    """Give new rows keys that were not used since the backup.

    The identity of a push is computed from the keys of its notification and device: a gateway takes a push with a known
    identity for a repetition. Open pages ignore events whose number is not above the last one.
    """
    for model in (Notification, Device, DesktopEvent):
        keys_skip(model, SKIPPED_KEYS)


@transaction.atomic
def waiting_drop() -> int:
    """Drop a batch of the waiting notifications; return how many."""
    waiting = Notification.objects.filter(IS_UNFINISHED).exclude(held_until__gt=timezone.now())
    keys = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return drop_queued(Notification.objects.filter(pk__in=keys), EndReason.RESTORED)
