"""When a notification is due. It depends on the member's connection when the message was accepted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Coalesce

from workspace.models import Connection

# Reason of members whom a rule would notify, but whose connection has a negative delay, so nothing is queued.
DELAY_NEVER = "delay_never"


def delays() -> dict[str, int]:
    """Return the delay in seconds for each connection. If it is negative, nothing is queued."""
    return {
        Connection.ONLINE: settings.NOTIFY_DELAY_ONLINE,
        Connection.AWAY: settings.NOTIFY_DELAY_AWAY,
        Connection.OFFLINE: settings.NOTIFY_DELAY_OFFLINE,
    }


def never_queued() -> list[str]:
    """Return the connections for which nothing is queued."""
    return [connection for connection, seconds in delays().items() if seconds < 0]


def due_expression(accepted_at: datetime) -> Case:
    """Return an expression over `members_of` a room for the time when an item is due.

    The time that a member has already been away is subtracted from the delay, but the item is never due before the
    message was accepted.
    """
    wait = {connection: timedelta(seconds=seconds) for connection, seconds in delays().items()}
    away = wait[Connection.AWAY]
    return Case(
        When(connection=Connection.ONLINE, then=moment(accepted_at + wait[Connection.ONLINE])),
        When(connection=Connection.OFFLINE, then=moment(accepted_at + wait[Connection.OFFLINE])),
        When(Q(away_at__lte=accepted_at - away), then=moment(accepted_at)),
        default=ExpressionWrapper(F("away_at") + Value(away), DateTimeField()),
        output_field=DateTimeField(),
    )


def first_due() -> Coalesce:
    """Return an expression for the original due time. Save it in every update that changes `due_at`."""
    return Coalesce("first_due_at", "held_from", "due_at")


def moment(at: datetime) -> Value:
    """Return a time as a query expression, in the database's format."""
    return Value(at, output_field=DateTimeField())
