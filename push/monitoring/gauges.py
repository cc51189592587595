"""What a scrape reads from the database. All queries use partial indexes or small tables, and count up to a limit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from cloud.selectors.quota import own_quota
from push.models import IS_UNFINISHED, ClaimedItem, Decision, Notification, PushSettings, RouteState
from push.monitoring.credentials import credential_expiries
from push.selectors.due import decision_next
from push.selectors.routes import routes_current
from push.selectors.workers import workers_alive
from push.streams.hub import Hub
from workspace.live.fanout import fanouts
from workspace.monitoring.metrics.declarations import ProcessGauge, Reading
from workspace.monitoring.metrics.readings import Sample, Value
from workspace.roles import is_workspace

# Counting stops here. The age of the oldest item shows how late the queue is, however long it is.
COUNT_LIMIT = 10_000
# Apps with routes of their own, and paused ones, of which more than these are left out.
ROUTES_LIMIT = 100

QUEUE = Reading(
    "callboard_queue_notifications",
    f"Notifications in the queue: due, due later, or being sent. Counting stops at {COUNT_LIMIT}.",
    ("status",),
)
OLDEST_DUE = Reading(
    "callboard_queue_oldest_due_seconds", "For how long the oldest waiting notification has been due; 0 if none is."
)
PENDING = Reading("callboard_decisions_pending", f"Messages to decide about. Counting stops at {COUNT_LIMIT}.")
OLDEST_PENDING = Reading(
    "callboard_decisions_oldest_seconds", "For how long the oldest message has been waiting for its decision."
)
CLAIMED_NOW = Reading("callboard_queue_claimed_notifications", "Notifications that workers have claimed.")
WORKERS = Reading("callboard_workers_running", "Workers with a recent heartbeat.")
PAUSED = Reading(
    "callboard_route_paused",
    "1 if the breaker has paused the route, or one app on it, else 0. An empty app means the whole route.",
    ("provider", "app"),
)
EXPIRY = Reading(
    "callboard_credential_expiry_timestamp_seconds",
    "When credentials expire (Unix time), by provider, app and owner (workspace or gateway).",
    ("provider", "app", "owner"),
)
QUOTA_USED = Reading("callboard_quota_used_pushes", "Pushes of this month that count towards the quota.")
QUOTA_LIMIT = Reading("callboard_quota_limit_pushes", "The monthly quota of pushes; missing if it is unlimited.")
STREAMS = ProcessGauge("callboard_streams_open", "Open streams of events to pages.")


def samples() -> Iterator[Sample]:
    """Yield what only this web process knows."""
    hubs = [feed for fanout in list(fanouts.values()) for feed in fanout.feeds if isinstance(feed, Hub)]
    yield STREAMS, sum(hub.total() for hub in hubs)


def readings() -> Iterator[Value]:
    """Yield the gauges of this installation's roles."""
    yield WORKERS, (), workers_alive().count()
    yield from (
        (EXPIRY, (entry.provider, entry.app, entry.owner), entry.at.timestamp()) for entry in credential_expiries()
    )
    if is_workspace():
        yield from queue_readings(timezone.now())
        yield from route_readings()
        yield from quota_readings()


def queue_readings(now: datetime) -> Iterator[Value]:
    """Yield the depth and age of the queues."""
    waiting = Notification.objects.filter(IS_UNFINISHED)
    sending = ClaimedItem.objects.filter(begun_at__isnull=False)
    yield QUEUE, ("due",), limited_count(waiting.filter(due_at__lte=now))
    yield QUEUE, ("later",), limited_count(waiting.filter(due_at__gt=now))
    yield QUEUE, ("sending",), limited_count(sending)
    yield CLAIMED_NOW, (), limited_count(ClaimedItem.objects.all())
    oldest = waiting.filter(due_at__lte=now).order_by("due_at").values_list("due_at", flat=True).first()
    yield OLDEST_DUE, (), (now - oldest).total_seconds() if oldest else 0.0
    yield PENDING, (), limited_count(Decision.objects.filter(decided_at=None))
    pending = decision_next()
    yield OLDEST_PENDING, (), max((now - pending[1]).total_seconds(), 0.0) if pending else 0.0


def limited_count(rows: QuerySet[Notification] | QuerySet[ClaimedItem] | QuerySet[Decision]) -> int:
    """Return the number of rows, at most :data:`COUNT_LIMIT`."""
    return rows.order_by().values("pk")[:COUNT_LIMIT].count()


def route_readings() -> Iterator[Value]:
    """Yield whether each current route is paused."""
    current = {(route.key, route.fingerprint): route for route in routes_current().all()}
    paused: dict[tuple[str, str], float] = {
        (route.kind, route.app_name): 0.0 for route in list(current.values())[:ROUTES_LIMIT]
    }
    for state in RouteState.objects.filter(paused_at__isnull=False).order_by("pk")[:ROUTES_LIMIT]:
        if route := current.get((state.key, state.fingerprint)):
            paused[route.kind, state.app_name or route.app_name] = 1.0
    yield from ((PAUSED, labels, value) for labels, value in paused.items())


def quota_readings() -> Iterator[Value]:
    """Yield the quota that the cloud has reported."""
    quota = own_quota()
    if quota is not None and PushSettings.current().enable_gateway:
        yield QUOTA_USED, (), quota.used
        if quota.limit is not None:
            yield QUOTA_LIMIT, (), quota.limit
