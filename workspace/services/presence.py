"""Reporting what clients do, and picking a status by hand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import NullIf
from django.utils import timezone

from workspace.errors import ApplicationError
from workspace.models import ClientPresence, Presence, Status, User
from workspace.models.history import former_rows_save
from workspace.signals import presence_changed

# How long a page that is being left still counts: the next page of the site takes its place within that time.
LEAVING = timedelta(seconds=5)


def activity_report(*, user: User, client: str = "", at: datetime | None = None) -> Presence:
    """Record that a client of the user is connected and being used, now or at the moment `at`.

    The user is away once the idle limit passes without another report, and offline after the grace time.
    """
    moment = at or timezone.now()
    return client_report(user=user, client=client, active_at=moment, at=moment)


@transaction.atomic
def client_report(
    *, user: User, client: str, active_at: datetime | None = None, at: datetime | None = None
) -> Presence:
    """Record that a client of the user is connected, and when it was last used if that is news.

    `client` tells the user's clients apart (`workspace.clients`). It counts as gone once it has not reported for the
    grace time.
    """
    moment = at or timezone.now()
    presence, _created = Presence.objects.select_for_update().get_or_create(user=user)
    ClientPresence.objects.filter(user=user, connected_until__lte=moment).exclude(client=client).delete()
    row = ClientPresence.objects.filter(user=user, client=client).first() or ClientPresence(user=user, client=client)
    row.connected_until = moment + timedelta(seconds=settings.PRESENCE_GRACE)
    if active_at is not None:
        row.last_active_at = max(active_at, row.last_active_at or active_at)
    row.save()
    presence_recalculate(presence, moment)
    return presence


@transaction.atomic
def client_leave(*, user: User, client: str) -> None:
    """Record that a page is being left: it counts as gone in a moment, unless another page of it reports."""
    now = timezone.now()
    presence = Presence.objects.select_for_update().filter(user=user).first()
    left = ClientPresence.objects.filter(user=user, client=client, connected_until__gt=now + LEAVING)
    if presence and left.update(connected_until=now + LEAVING):
        presence_recalculate(presence, now)


@transaction.atomic
def clients_disconnect(*, user: User, prefix: str = "") -> None:
    """Record that the user's clients whose names begin with `prefix` have gone; those already gone are no matter."""
    now = timezone.now()
    presence = Presence.objects.select_for_update().filter(user=user).first()
    ended, _by_model = ClientPresence.objects.filter(user=user, client__startswith=prefix).delete()
    if presence and ended:
        presence_recalculate(presence, now)


def presence_recalculate(presence: Presence, at: datetime) -> None:
    """Draw the user's presence together from the clients connected at the moment `at`, and save it."""
    clients = list(ClientPresence.objects.filter(user=presence.user_id, connected_until__gt=at))
    ends = [client.connected_until for client in clients]
    away_at = away_time(presence, clients, at)
    presence.connected_until = max(ends, default=min(presence.connected_until or at, at))
    presence.away_at = away_at
    presence.last_active_at = last_active(clients) or presence.last_active_at
    presence.save(update_fields=["last_active_at", "connected_until", "away_at", "updated_at"])
    presence_changed.send(Presence, user=presence.user)


def last_active(clients: Collection[ClientPresence]) -> datetime | None:
    """Return when any of the clients was last used."""
    return max((client.last_active_at for client in clients if client.last_active_at), default=None)


def away_time(presence: Presence, clients: Collection[ClientPresence], at: datetime) -> datetime | None:
    """Return from when on the user is away, given the clients connected at the moment `at`; None for never.

    Each client keeps the user online until it has been idle for the limit, or is gone. Nobody is away before they
    stopped being online: what was so up to now stays so.
    """
    if not presence.idle_limit or not clients:
        return presence.away_at
    limit = timedelta(seconds=presence.idle_limit)
    last_to_go = max(client.connected_until for client in clients)
    until = [
        client.last_active_at + limit
        if client.connected_until == last_to_go
        else min(client.last_active_at + limit, client.connected_until)
        for client in clients
        if client.last_active_at
    ]
    online_until = max(until, default=at)
    if online_until > at:
        return online_until
    was_connected = presence.connected_until is not None and presence.connected_until > at
    was_away = was_connected and presence.away_at is not None and presence.away_at <= at
    return presence.away_at if was_away else at


@transaction.atomic
def status_set(
    *, user: User, status: str | None = None, text: str | None = None, expires_at: datetime | None = None
) -> Presence:
    """Pick a status by hand, with a text, until `expires_at`; never changes the connection or its timing.

    What is left out stays as it is, unless its time is over: it does not come back.
    Raises `error-invalid-date` for an end that has passed, `error-invalid-status` for an unknown status.
    """
    if expires_at is not None and expires_at <= timezone.now():
        raise ApplicationError("error-invalid-date", "The date must lie in the future")
    if status is not None and status not in Status.values:
        raise ApplicationError("error-invalid-status", "Invalid status")
    presence, _created = Presence.objects.select_for_update().get_or_create(user=user)
    if presence.status_expires_at is not None and presence.status_expires_at <= timezone.now():
        presence.status, presence.status_text = Status.ONLINE, ""
    presence.status = status if status is not None else presence.status
    presence.status_text = text if text is not None else presence.status_text
    presence.status_expires_at = expires_at
    presence.save(update_fields=["status", "status_text", "status_expires_at", "updated_at"])
    presence_changed.send(Presence, user=user)
    return presence


@transaction.atomic
def idle_limit_set(*, presences: QuerySet[Presence], seconds: int | Combinable) -> None:
    """Set after how many seconds without activity these users are away (0: never).

    Whoever is idle already is away from when the new limit has passed since their last activity.
    """
    limit = NullIf(seconds if isinstance(seconds, Combinable) else Value(seconds), Value(0))
    idle_time = ExpressionWrapper(limit * Value(timedelta(seconds=1)), DurationField())
    away_at = ExpressionWrapper(F("last_active_at") + idle_time, DateTimeField())
    former_rows_save(rows=presences)
    presences.update(idle_limit=seconds, away_at=away_at, updated_at=timezone.now())
