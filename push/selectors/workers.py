"""Queries for the running workers."""

from __future__ import annotations

import socket

from django.db.models import QuerySet
from django.utils import timezone

from push.models import WorkerBeat
from push.models.worker import ALIVE_FOR


def workers_alive() -> QuerySet[WorkerBeat]:
    """Return the workers with a recent heartbeat."""
    return WorkerBeat.objects.filter(beat_at__gt=timezone.now() - ALIVE_FOR)


def is_worker_alive_here() -> bool:
    """Return True if a worker on this machine (or in this container) has a recent heartbeat."""
    return workers_alive().filter(name__startswith=f"{socket.gethostname()}:").exists()
