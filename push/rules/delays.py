"""When a notification is due: by the member's connection at the moment when the message was accepted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, DateTimeField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Coalesce

from workspace.models import Connection

# Counted in place of the rule's code for members to whom it would send, but for whom nothing is ever queued.
DELAY_NEVER = "delay_never"


def delays() -> dict[str, int]:
    """Return the delay of each connection in seconds; a negative one means that nothing is queued."""
    return {
        Connection.ONLINE: settings.NOTIFY_DELAY_ONLINE,
        Connection.AWAY: settings.NOTIFY_DELAY_AWAY,
        Connection.OFFLINE: settings.NOTIFY_DELAY_OFFLINE,
    }


def never_queued() -> list[str]:
    """Return the connections in which nothing is queued for a member."""
    return [connection for connection, seconds in delays().items() if seconds < 0]


def due_expression(accepted_at: datetime) -> Case:
    """Return when an item is due, as an expression over `members_of` a room.

    The time that a member has been away already is taken off the delay, though it never ends before the acceptance.
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
    """Return when notifications were due at first, as an expression; to be kept in the update that changes `due_at`."""
    return Coalesce("first_due_at", "held_from", "due_at")


def moment(at: datetime) -> Value:
    """Return a moment as an expression, in the form in which the database keeps moments."""
    return Value(at, output_field=DateTimeField())
