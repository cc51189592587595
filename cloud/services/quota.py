"""Counts pushes at the cloud. A push is reserved before it is sent and settled when its provider has responded.

Each workspace has one row per month. Callers reserve and settle many pushes at once, in the transaction that also
records the single pushes. So the limit is never exceeded, no push is lost, and the row does not become a bottleneck.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import connection
from django.db.models import F

from cloud.models import QuotaMonth, UsageCount

# (key of the workspace, day, app, platform, outcome)
UsageKey = tuple[int, date, str, str, str]


def quota_reserve(*, workspace_id: int, month: date, wanted: int, limit: int | None) -> int:
    """Reserve `wanted` pushes of the month, or as many as the limit allows, and return how many were reserved.

    Must be called inside the transaction that records the pushes.
    """
    rows = QuotaMonth.objects.filter(workspace_id=workspace_id, month=month)
    fitting = rows if limit is None else rows.alias(taken=F("used") + F("reserved")).filter(taken__lte=limit - wanted)
    if fitting.update(reserved=F("reserved") + wanted):
        return wanted
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
    for (workspace_id, day, app, platform, outcome), count in sorted(counts.items()):
        key = {"workspace_id": workspace_id, "day": day, "app": app, "platform": platform, "outcome": outcome}
        rows = UsageCount.objects.filter(**key)
        if not rows.update(count=F("count") + count):
            UsageCount.objects.bulk_create([UsageCount(**key)], ignore_conflicts=True)
            rows.update(count=F("count") + count)
