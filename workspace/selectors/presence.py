"""Reading presence: the connection follows from the moments that presence keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, F, Q, Value, When
from django.utils import timezone

from workspace.models import Connection, Presence, Status, User


def connection_expression(at: datetime, path: str = "") -> Case:
    """Return the connection at the moment `at` as a query expression.

    `path` leads from the queried model to the presence's fields, such as `user__presence__`.
    """
    return Case(
        When(Q(**{f"{path}connected_until__isnull": True}), then=Value(Connection.OFFLINE)),
        When(Q(**{f"{path}connected_until__lte": at}), then=Value(Connection.OFFLINE)),
        When(Q(**{f"{path}away_at__lte": at}), then=Value(Connection.AWAY)),
        default=Value(Connection.ONLINE),
        output_field=CharField(),
    )


def status_expression(at: datetime, path: str = "") -> Case:
    """Return the status picked by hand, in force at the moment `at`, as a query expression."""
    expires = f"{path}status_expires_at"
    return Case(
        When(Q(**{f"{path}status__isnull": True}) | Q(**{f"{expires}__lte": at}), then=Value(Status.ONLINE)),
        default=F(f"{path}status"),
        output_field=CharField(),
    )


def connection_by(connected_until: datetime | None, away_at: datetime | None, at: datetime) -> str:
    """Return the connection at the moment `at` by the moments that one presence keeps."""
    if connected_until is None or connected_until <= at:
        return Connection.OFFLINE
    return Connection.AWAY if away_at is not None and away_at <= at else Connection.ONLINE


def status_by(status: str | None, expires_at: datetime | None, at: datetime) -> str:
    """Return the status picked by hand that is in force at the moment `at`."""
    return Status.ONLINE if status is None or (expires_at is not None and expires_at <= at) else status


@dataclass(frozen=True, slots=True)
class PresenceView:
    """A user's presence at one moment."""

    status: str
    status_text: str
    connection: str
    away_since: datetime | None
    expires_at: datetime | None = None

    @property
    def shown(self) -> str:
        """Return what others see: offline or invisible, else the status picked by hand, else the connection."""
        if self.connection == Connection.OFFLINE or self.status == Status.OFFLINE:
            return Connection.OFFLINE
        return self.connection if self.status == Status.ONLINE else self.status


def presence_of(user: User, *, at: datetime | None = None) -> PresenceView:
    """Return the user's presence at the moment `at` (now)."""
    moment = at or timezone.now()
    row = (
        Presence.objects.filter(user=user)
        .annotate(connection=connection_expression(moment), chosen=status_expression(moment))
        .values_list("chosen", "status_text", "connection", "away_at", "status_expires_at")
        .first()
    )
    if row is None:
        return PresenceView(Status.ONLINE, "", Connection.OFFLINE, None)
    chosen, text, connection, away_at, expires_at = row
    expired = expires_at is not None and expires_at <= moment
    away_since = away_at if connection == Connection.AWAY else None
    if expired:
        text, expires_at = "", None
    return PresenceView(chosen, text, connection, away_since, expires_at)
