"""The worker's sign of life, which the Push page looks for."""

from __future__ import annotations

import os
import socket
import time
from datetime import timedelta

from django.utils import timezone

from push.models import WorkerBeat

BEAT_SECONDS = 5.0
# After this long without a sign of life a worker counts as gone; after the second time its row is swept away.
ALIVE_FOR = timedelta(seconds=15)
KEPT_FOR = timedelta(days=1)


class Heartbeat:
    """Writes that this process is alive, every :data:`BEAT_SECONDS` however often it is asked to."""

    def __init__(self) -> None:
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._last = float("-inf")

    def beat(self) -> None:
        """Write a sign of life if it is time for one."""
        now = time.monotonic()
        if now - self._last < BEAT_SECONDS:
            return
        moment = timezone.now()
        WorkerBeat.objects.update_or_create(name=self._name, defaults={"beat_at": moment})
        WorkerBeat.objects.filter(beat_at__lt=moment - KEPT_FOR).delete()
        self._last = now

    def stop(self) -> None:
        """Take the sign of life away: the process ends in good order."""
        WorkerBeat.objects.filter(name=self._name).delete()
