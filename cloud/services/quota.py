"""Counts pushes at the cloud. A push is reserved before it is sent and settled when its provider has responded.

Each workspace has one row per month. Callers reserve and settle many pushes at once, in the transaction that also
records the single pushes. So the limit is never exceeded, no push is lost, and the row does not become a bottleneck.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F

from cloud.models import QuotaMonth, UsageCount

# Larger than any count.
UNLIMITED = 2**62
# (key of the workspace, day, app, platform, outcome)
UsageKey = tuple[int, date, str, str, str]


def quota_reserve(*, workspace_id: int, month: date, wanted: int, limit: int | None) -> int:
    """Reserve `wanted` pushes of the month, or as many as the limit allows, and return how many were reserved.

    Must be called inside the transaction that records the pushes.
    """
    # One statement in plain SQL, like below.
    statement = (
        f"UPDATE {QuotaMonth._meta.db_table} SET reserved = reserved + %s"  # noqa: S608
        " WHERE workspace_id = %s AND month = %s AND used + reserved <= %s"
    )
    most = UNLIMITED if limit is None else limit - wanted
    with connection.cursor() as cursor:
        cursor.execute(statement, [wanted, workspace_id, connection.ops.adapt_datefield_value(month), most])
        if cursor.rowcount:
            return wanted
    rows = QuotaMonth.objects.filter(workspace_id=workspace_id, month=month)
    QuotaMonth.objects.bulk_create([QuotaMonth(workspace_id=workspace_id, month=month)], ignore_conflicts=True)
    row = rows.select_for_update().get()
    granted = wanted if limit is None else max(0, min(wanted, limit - row.used - row.reserved))
    if granted:
        rows.update(reserved=F("reserved") + granted)
    return granted


def quota_settle(*, workspace_id: int, month: date, ended: int, counted: int) -> int:
    """Release `ended` reservations, count `counted` of them as used, and return the month's total of used pushes."""
    # One statement, because this runs for every few pushes. Only the table name is formatted into it.
    statement = (
        f"UPDATE {QuotaMonth._meta.db_table} SET reserved = reserved - %s, used = used + %s"  # noqa: S608
        " WHERE workspace_id = %s AND month = %s RETURNING used"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [ended, counted, workspace_id, connection.ops.adapt_datefield_value(month)])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def usage_add(counts: Counter[UsageKey]) -> None:
    """Add to the counts by day. All callers update the rows in the same order, which prevents deadlocks."""
    if not counts:
        return
    table = UsageCount._meta.db_table
    statement = (
        f"INSERT INTO {table} (workspace_id, day, app, platform, outcome, count)"  # noqa: S608
        f" VALUES {', '.join(['(%s, %s, %s, %s, %s, %s)'] * len(counts))}"
        " ON CONFLICT (workspace_id, day, app, platform, outcome)"
        f" DO UPDATE SET count = {table}.count + excluded.count"
    )
    values: list[Any] = []
    for (workspace_id, day, app, platform, outcome), count in sorted(counts.items()):
        values += [workspace_id, connection.ops.adapt_datefield_value(day), app, platform, str(outcome), count]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
