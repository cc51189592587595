"""Counting pushes at the cloud: reserved before a push is sent, settled when its provider has answered.

The count of a month is one row for each workspace. Whoever counts does so for many pushes at once, in the transaction
that also notes them one by one; so there is no push too many, none is lost, and the row is no bottleneck.
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
    """Reserve that many pushes of the month, or as many as are left below `limit`, and return how many.

    To be called inside the transaction that notes the pushes.
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
    """End that many reservations, of which `counted` are used up now; returns how many pushes that makes."""
    # Only the table's name is set into the statement. In one, as it is made for every few pushes.
    statement = (
        f"UPDATE {QuotaMonth._meta.db_table} SET reserved = reserved - %s, used = used + %s"  # noqa: S608
        " WHERE workspace_id = %s AND month = %s RETURNING used"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [ended, counted, workspace_id, connection.ops.adapt_datefield_value(month)])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def usage_add(counts: Counter[UsageKey]) -> None:
    """Add to the counts by day; in one order for everybody, or they might wait for each other in a ring."""
    for (workspace_id, day, app, platform, outcome), count in sorted(counts.items()):
        key = {"workspace_id": workspace_id, "day": day, "app": app, "platform": platform, "outcome": outcome}
        rows = UsageCount.objects.filter(**key)
        if not rows.update(count=F("count") + count):
            UsageCount.objects.bulk_create([UsageCount(**key)], ignore_conflicts=True)
            rows.update(count=F("count") + count)
