"""The worker's heartbeat, which the Push page checks."""

from __future__ import annotations

import os
import socket
import time
from datetime import timedelta

from django.utils import timezone

from push.models import WorkerBeat

BEAT_SECONDS = 5.0
# After this time without a heartbeat, a worker's row is deleted.
DELETE_AFTER = timedelta(days=1)


class Heartbeat:
    """Records that this process is alive, at most once in :data:`BEAT_SECONDS`."""

    def __init__(self) -> None:
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._last = float("-inf")

    def beat(self) -> None:
        """Record a heartbeat if the last one is old enough."""
        now = time.monotonic()
        if now - self._last < BEAT_SECONDS:
            return
        now_utc = timezone.now()
        WorkerBeat.objects.update_or_create(name=self._name, defaults={"beat_at": now_utc})
        WorkerBeat.objects.filter(beat_at__lt=now_utc - DELETE_AFTER).delete()
        self._last = now

    def stop(self) -> None:
        """Delete the row, because the process shuts down cleanly."""
        WorkerBeat.objects.filter(name=self._name).delete()
