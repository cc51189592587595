"""Creates the attempts of a round, up to hundreds at once, without the costs of Django's instances and queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from push.models import Answer, Attempt
from workspace.database.instances import instance_build

# The values of a new attempt's columns.
NEW_ATTEMPT = {
    "answer": Answer.SENDING,
    "route": "",
    "status": None,
    "reason": "",
    "detail": "",
    "finished_at": None,
    "retry_at": None,
    "received_at": None,
}
# The columns with which an attempt is inserted; the others are empty. So many rows are inserted with one statement.
INSERTED = ("notification_id", "device_id", "number", "route", "claimed_by", "answer", "started_at", "reason", "detail")
ATTEMPTS_AT_ONCE = 1000


def attempt_new(notification: int, device: int | None, *, number: int, token: str, now: datetime) -> Attempt:
    """Return a new attempt, which is not saved. A test compares it with one by the model's constructor."""
    values = {
        "id": None,
        "notification_id": notification,
        "device_id": device,
        "number": number,
        "claimed_by": token,
        "started_at": now,
    }
    return instance_build(Attempt, {**NEW_ATTEMPT, **values}, is_stored=False)


def attempts_insert(attempts: Sequence[Attempt]) -> set[int]:
    """Save new attempts, which have the same start and owner, and return their keys.

    Like `bulk_create`, which needs four times the processor time: it converts each value of each row.
    """
    if not attempts:
        return set()
    by_place = {(attempt.notification_id, attempt.device_id): attempt for attempt in attempts}
    table, names = connection.ops.quote_name(Attempt._meta.db_table), ", ".join(INSERTED)
    first = attempts[0]
    with connection.cursor() as cursor:
        for start in range(0, len(attempts), ATTEMPTS_AT_ONCE):
            part = attempts[start : start + ATTEMPTS_AT_ONCE]
            shared = [
                first.claimed_by,
                Answer.SENDING.value,
                connection.ops.adapt_datetimefield_value(first.started_at),
            ]
            rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, '', '')"] * len(part))
            values = [
                value for one in part for value in (one.notification_id, one.device_id, one.number, one.route, *shared)
            ]
            cursor.execute(
                f"INSERT INTO {table} ({names}) VALUES {rows} RETURNING id, notification_id, device_id",  # noqa: S608
                values,
            )
            for key, notification, device in cursor.fetchall():
                attempt = by_place[notification, device]
                attempt.pk, attempt._state.adding = key, False
                attempt._state.db = connection.alias
    return {attempt.pk for attempt in attempts}
