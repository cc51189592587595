"""Signal receiver: finishes the queue of a restored backup."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from push.sending.restored import restored_queue_finish
from workspace.signals import installation_restored


@receiver(installation_restored, dispatch_uid="push.restored")
def on_restored(*, keeps_queue: bool, **_kwargs: Any) -> str:
    """Return what happened to the waiting notifications."""
    dropped = restored_queue_finish(keeps_queue=keeps_queue)
    if keeps_queue:
        return "Waiting notifications will be sent."
    return f"{dropped} waiting notifications were dropped (reason: restored), because they have probably been sent."
