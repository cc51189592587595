"""The health checks of the worker: its broker, its heartbeat and its clock."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django_q.models import OrmQ
from redis import Redis

from push.models import WorkerBeat
from push.selectors.due import decision_next, due_next
from push.selectors.workers import workers_alive
from workspace.monitoring.health.registry import Finding, HealthCheck, Resource, Status
from workspace.roles import is_workspace

# Seconds that Redis may take to respond.
REDIS_SECONDS = 1.5
# A difference between two clocks from which on there is a warning, and from which on times are useless (seconds).
SKEW_WARNING = 2.0
SKEW_LIMIT = 30.0
# Work that has been due for this long has not been announced, or there is more than the workers can do.
OVERDUE_AFTER = timedelta(seconds=60)
START_WORKER = _("Start “manage.py runworker”.")


def worker_checks() -> list[HealthCheck]:
    """Return the checks."""
    is_redis = bool(settings.REDIS_URL)
    return [
        HealthCheck("broker", Resource.REDIS if is_redis else Resource.DATABASE, broker_check),
        HealthCheck("worker", Resource.DATABASE, worker_check),
        HealthCheck("clock", Resource.DATABASE, clock_check),
    ]


@cache
def redis_client() -> Redis:
    """Return a client with short timeouts."""
    client: Redis = Redis.from_url(
        settings.REDIS_URL, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )
    return client


def broker_check() -> Finding:
    """Check that the queue of tasks can be read."""
    if settings.REDIS_URL:
        redis_client().ping()
    else:
        OrmQ.objects.exists()
    return Finding(Status.OK)


def worker_check() -> Finding:
    """Check that a worker is running.

    A cloud has no notifications. Its worker only tidies up, so that is not urgent.
    """
    if alive := workers_alive().count():
        text = ngettext_lazy("{count} worker running.", "{count} workers running.", alive)
        return Finding(Status.OK, format_lazy(text, count=alive))
    if not is_workspace():
        detail = _("No worker is running. Old data is not deleted, and interrupted pushes are not counted.")
        return Finding(Status.WARNING, detail, START_WORKER)
    last = WorkerBeat.objects.aggregate(last=Max("beat_at"))["last"]
    if last is None:
        return Finding(Status.FAILED, _("No worker is running, so nothing is sent."), START_WORKER)
    seconds = int((timezone.now() - last).total_seconds())
    detail = format_lazy(_("No heartbeat for {seconds} s. Nothing is sent until a worker is running."), seconds=seconds)
    return Finding(Status.FAILED, detail, START_WORKER)


def clock_check() -> Finding:
    """Check that the clocks of this host, the database and the workers agree, and that due work is announced."""
    skew, name = max(skews(), key=lambda entry: abs(entry[0]))
    if abs(skew) >= SKEW_WARNING:
        detail = format_lazy(
            _("The clocks of this server and {other} differ by {seconds} s."), other=name, seconds=round(abs(skew), 1)
        )
        advice = _("Synchronize the clocks of all servers (NTP).")
        return Finding(Status.FAILED if abs(skew) >= SKEW_LIMIT else Status.WARNING, detail, advice)
    overdue = overdue_seconds() if is_workspace() else 0.0
    if overdue >= OVERDUE_AFTER.total_seconds():
        detail = format_lazy(_("Work has been due for {seconds} s."), seconds=int(overdue))
        advice = _("If the workers are busy, start more of them; otherwise restart them.")
        return Finding(Status.WARNING, detail, advice)
    return Finding(Status.OK)


def skews() -> list[tuple[float, object]]:
    """Return by how many seconds other clocks are ahead of this host's, with their names.

    Heartbeats are up to some seconds old, so a worker's clock that is behind is not noticed here.
    """
    found: list[tuple[float, object]] = [(0.0, "")]
    if connection.vendor == "postgresql":
        before = time.time()
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
            at = cursor.fetchone()[0]
        # The answer was given somewhen between the two.
        found.append((at - min(max(at, before), time.time()), _("the database server")))
    beat = WorkerBeat.objects.aggregate(last=Max("beat_at"))["last"]
    if beat is not None:
        found.append((max((beat - timezone.now()).total_seconds(), 0.0), _("a worker's server")))
    return found


def overdue_seconds() -> float:
    """Return for how long the earliest waiting work has been due: a message to decide, or a notification."""
    now = timezone.now()
    due = [entry[1] for entry in (decision_next(), due_next()) if entry is not None]
    return max(((now - at).total_seconds() for at in due), default=0.0)
