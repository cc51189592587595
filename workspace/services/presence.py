"""Reports of clients, and choosing a status."""

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
from workspace.models import ClientPresence, Presence, SignInSettings, Status, User
from workspace.models.history import former_rows_save
from workspace.services.live import MEMBERS_PER_ROW, publish_presences
from workspace.signals import presence_changed

# How long a closing page still counts as connected. The next page of the site reports within that time.
CLOSING_TIME = timedelta(seconds=5)


def activity_report(*, user: User, client: str = "", at: datetime | None = None) -> Presence:
    """Record that a client of the user is connected and in use, at the time `at` (default: now).

    Without further reports, the user becomes away after the idle limit, and offline after the grace time.
    """
    time = at or timezone.now()
    return client_report(user=user, client=client, active_at=time, at=time)


@transaction.atomic
def client_report(
    *, user: User, client: str, active_at: datetime | None = None, at: datetime | None = None
) -> Presence:
    """Record that a client of the user is connected, and when it was last used if known.

    `client` identifies the client (`workspace.clients`). It counts as disconnected if it does not report for the grace
    time.
    """
    time = at or timezone.now()
    presence, _created = Presence.objects.select_for_update().get_or_create(user=user)
    ClientPresence.objects.filter(user=user, connected_until__lte=time).exclude(client=client).delete()
    row = ClientPresence.objects.filter(user=user, client=client).first() or ClientPresence(user=user, client=client)
    row.connected_until = time + timedelta(seconds=settings.PRESENCE_GRACE)
    if active_at is not None:
        row.last_active_at = max(active_at, row.last_active_at or active_at)
    row.save()
    presence_recalculate(presence, time)
    return presence


@transaction.atomic
def idle_report(*, user: User, client: str) -> Presence:
    """Record that a client of the user is connected but not in use: it no longer keeps the user online."""
    now = timezone.now()
    Presence.objects.select_for_update().get_or_create(user=user)
    ClientPresence.objects.filter(user=user, client=client).update(last_active_at=None)
    return client_report(user=user, client=client, at=now)


@transaction.atomic
def client_leave(*, user: User, client: str) -> None:
    """Record that a page is closing. It disconnects after a few seconds, unless it reports again."""
    now = timezone.now()
    presence = Presence.objects.select_for_update().filter(user=user).first()
    closing = ClientPresence.objects.filter(user=user, client=client, connected_until__gt=now + CLOSING_TIME)
    if presence and closing.update(connected_until=now + CLOSING_TIME):
        presence_recalculate(presence, now)


@transaction.atomic
def clients_disconnect(*, user: User, prefix: str = "") -> None:
    """Disconnect the user's clients whose names begin with `prefix`."""
    now = timezone.now()
    presence = Presence.objects.select_for_update().filter(user=user).first()
    deleted, _by_model = ClientPresence.objects.filter(user=user, client__startswith=prefix).delete()
    if presence and deleted:
        presence_recalculate(presence, now)


def presence_recalculate(presence: Presence, at: datetime) -> None:
    """Recalculate the user's presence from the clients connected at the time `at`, and save it."""
    clients = list(ClientPresence.objects.filter(user=presence.user_id, connected_until__gt=at))
    presence_combine(presence, clients, at)
    presence.save(update_fields=["last_active_at", "connected_until", "away_at", "updated_at"])
    presence_changed.send(Presence, user=presence.user)


def presence_combine(presence: Presence, clients: Collection[ClientPresence], at: datetime) -> None:
    """Set the times of the user's presence from the clients connected at the time `at`."""
    ends = [client.connected_until for client in clients]
    away_at = away_time(presence, clients, at)
    presence.connected_until = max(ends, default=min(presence.connected_until or at, at))
    presence.away_at = away_at
    presence.last_active_at = last_active(clients) or presence.last_active_at


def last_active(clients: Collection[ClientPresence]) -> datetime | None:
    """Return the time when any of the clients was last used."""
    return max((client.last_active_at for client in clients if client.last_active_at), default=None)


def away_time(presence: Presence, clients: Collection[ClientPresence], at: datetime) -> datetime | None:
    """Return the time from which the user is away, given the clients connected at the time `at`; None for never.

    Each client keeps the user online until it is idle or disconnected. The result is never earlier than the time until
    which the user was online, so the past does not change.
    """
    if not presence.idle_limit or not clients:
        return presence.away_at
    last_end = max(client.connected_until for client in clients)
    limit = timedelta(seconds=presence.idle_limit)
    active_until = [used_until(client, limit, last_end) for client in clients if client.in_use or client.last_active_at]
    online_until = max(active_until, default=at)
    if online_until > at:
        return online_until
    was_connected = presence.connected_until is not None and presence.connected_until > at
    was_away = was_connected and presence.away_at is not None and presence.away_at <= at
    return presence.away_at if was_away else at


def used_until(client: ClientPresence, limit: timedelta, last_end: datetime) -> datetime:
    """Return the time until which a client keeps the user online; `last_end` is when the last client disconnects."""
    if client.in_use or client.last_active_at is None:
        return client.connected_until
    used = client.last_active_at + limit
    return used if client.connected_until == last_end else min(used, client.connected_until)


@transaction.atomic
def status_set(
    *,
    user: User,
    status: str | None = None,
    text: str | None = None,
    expires_at: datetime | None = None,
    by: User | None = None,
) -> Presence:
    """Set a status and its text until `expires_at`. The connection is not affected.

    Arguments that are None keep the current value, unless it has expired. Raises `error-invalid-date` if the end is in
    the past, `error-invalid-status` for an unknown status, `error-status-not-allowed` for a status that the workspace
    does not allow, `error-not-allowed` for a new text if users may not change it.
    """
    if expires_at is not None and expires_at <= timezone.now():
        raise ApplicationError("error-invalid-date", "The date must lie in the future")
    if status is not None and status not in Status.values:
        raise ApplicationError("error-invalid-status", "Invalid status")
    rules = SignInSettings.current()
    if status == Status.OFFLINE and not rules.invisible_status:
        raise ApplicationError("error-status-not-allowed", "Invisible status is disabled")
    presence, _created = Presence.objects.select_for_update().get_or_create(user=user)
    if presence.status_expires_at is not None and presence.status_expires_at <= timezone.now():
        presence.status, presence.status_text = Status.ONLINE, ""
    may_set_text = rules.status_change or by not in (None, user)
    if text is not None and text != presence.status_text and not may_set_text:
        raise ApplicationError("error-not-allowed", "Change status is not allowed")
    presence.status = status if status is not None else presence.status
    presence.status_text = text if text is not None else presence.status_text
    presence.status_expires_at = expires_at
    presence.save(update_fields=["status", "status_text", "status_expires_at", "updated_at"])
    presence_changed.send(Presence, user=user)
    return presence


@transaction.atomic
def idle_limit_set(*, presences: QuerySet[Presence], seconds: int | Combinable) -> None:
    """Set the number of seconds without activity after which these users are away (0: never).

    Users who are already idle become away when the new limit has passed since their last activity.
    """
    limit = NullIf(seconds if isinstance(seconds, Combinable) else Value(seconds), Value(0))
    idle_time = ExpressionWrapper(limit * Value(timedelta(seconds=1)), DurationField())
    away_at = ExpressionWrapper(F("last_active_at") + idle_time, DateTimeField())
    former_rows_save(rows=presences)
    presences.update(idle_limit=seconds, away_at=away_at, updated_at=timezone.now())
    users = list(presences.order_by("pk").values_list("pk", flat=True)[: MEMBERS_PER_ROW + 1])
    publish_presences(users=users if len(users) <= MEMBERS_PER_ROW else None)
