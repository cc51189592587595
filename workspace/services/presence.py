"""Reporting activity, and picking a status by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import NullIf
from django.utils import timezone

from workspace.errors import ApplicationError
from workspace.history import rows_note
from workspace.models import Presence, Status, User
from workspace.signals import presence_changed


@transaction.atomic
def activity_report(*, user: User, at: datetime | None = None) -> Presence:
    """Record that a client of the user is connected and being used, now or at the moment `at`.

    The user is away once the idle limit passes without another report, and offline after the grace time.
    """
    moment = at or timezone.now()
    presence, _created = Presence.objects.select_for_update().get_or_create(user=user)
    presence.last_active_at = moment
    presence.connected_until = moment + timedelta(seconds=settings.PRESENCE_GRACE)
    presence.away_at = moment + timedelta(seconds=presence.idle_limit) if presence.idle_limit else None
    presence.save(update_fields=["last_active_at", "connected_until", "away_at", "updated_at"])
    presence_changed.send(Presence, user=user)
    return presence


@transaction.atomic
def disconnect(*, user: User) -> None:
    """Record that no client of the user is connected any more; does nothing for one that has gone already."""
    now = timezone.now()
    if Presence.objects.filter(user=user, connected_until__gt=now).update(connected_until=now, updated_at=now):
        presence_changed.send(Presence, user=user)


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
    rows_note(rows=presences)
    presences.update(idle_limit=seconds, away_at=away_at, updated_at=timezone.now())
