"""Push usage per month: of registered workspaces (for the console), and of this workspace."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from io import StringIO
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from cloud.models import Outcome, OwnQuota, QuotaMonth, RegisteredWorkspace, UsageCount
from cloud.selectors.quota import Quota, month_begins, month_next, month_of, quota_of

MONTHS_SHOWN = 24
# Outcomes that count towards the quota.
COUNTED = (Outcome.ACCEPTED, Outcome.UNKNOWN)
CSV_HEAD = ("day", "app", "platform", "outcome", "count")
CSV_ROWS_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """One bar of a chart: its name and count."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """A workspace's usage in one month. Days, apps and platforms include counted pushes only; outcomes include all."""

    quota: Quota
    by_day: list[tuple[date, int]]
    by_app: list[Part]
    by_platform: list[Part]
    by_outcome: list[Part]
    months: list[tuple[date, int]]
    forecast: date | None

    def as_json(self) -> dict[str, Any]:
        """Return the usage in the format of the cloud's API."""
        return {
            "month": f"{self.quota.month:%Y-%m}",
            "used": self.quota.used,
            "limit": self.quota.limit,
            "byDay": [{"day": day.isoformat(), "count": count} for day, count in self.by_day],
            "byApp": [{"name": part.name, "count": part.count} for part in self.by_app],
            "byPlatform": [{"name": part.name, "count": part.count} for part in self.by_platform],
            "byOutcome": [{"name": part.name, "count": part.count} for part in self.by_outcome],
            "months": [{"month": f"{month:%Y-%m}", "used": used} for month, used in self.months],
            "forecast": self.forecast.isoformat() if self.forecast else None,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> MonthUsage:
        """Read the usage from a cloud's response; raises KeyError, TypeError or ValueError if it is malformed."""

        def parts(name: str) -> list[Part]:
            return [Part(str(part["name"]), int(part["count"])) for part in document.get(name, [])]

        limit = document["limit"]
        forecast = document.get("forecast")
        return cls(
            quota=Quota(month_parse(document["month"]), int(document["used"]), None if limit is None else int(limit)),
            by_day=[(date.fromisoformat(part["day"]), int(part["count"])) for part in document.get("byDay", [])],
            by_app=parts("byApp"),
            by_platform=parts("byPlatform"),
            by_outcome=parts("byOutcome"),
            months=[(month_parse(part["month"]), int(part["used"])) for part in document.get("months", [])],
            forecast=date.fromisoformat(forecast) if forecast else None,
        )


def month_parse(text: str) -> date:
    """Return the first day of a month written as `2026-11`; raises ValueError."""
    month = date.fromisoformat(f"{text}-01")
    if month.year == MAXYEAR:
        raise ValueError("dates cannot represent the next month")
    return month


def usage_month(workspace: RegisteredWorkspace, month: date | None = None) -> MonthUsage:
    """Return the workspace's usage in a month (by default the current one). Takes six queries of bounded size."""
    wanted = month or month_of()
    quota = quota_of(workspace, wanted)
    rows = UsageCount.objects.filter(workspace=workspace, day__gte=wanted, day__lt=month_next(wanted))
    counted = rows.filter(outcome__in=COUNTED)
    totals = dict(counted.order_by().values_list("day").annotate(total=Sum("count")))
    days = (month_next(wanted) - wanted).days
    return MonthUsage(
        quota=quota,
        by_day=[(day, totals.get(day, 0)) for day in (wanted + timedelta(days=number) for number in range(days))],
        by_app=parts_of(counted, "app"),
        by_platform=parts_of(counted, "platform"),
        by_outcome=parts_of(rows, "outcome"),
        months=list(
            QuotaMonth.objects.filter(workspace=workspace)
            .order_by("-month")
            .values_list("month", "used")[:MONTHS_SHOWN]
        ),
        forecast=forecast_of(quota, timezone.now()),
    )


def parts_of(rows: Any, column: str) -> list[Part]:
    """Return the counts grouped by a column, the largest first, at most 100."""
    totals = rows.order_by().values_list(column).annotate(total=Sum("count")).order_by("-total", column)
    return [Part(name, total) for name, total in totals[:100]]


def forecast_of(quota: Quota, at: datetime) -> date | None:
    """Return the day on which the limit will be reached if usage continues at its average rate.

    None if that is after the month, if there is no limit, or if the month is not the current one.
    """
    begin, end = month_begins(quota.month), month_begins(month_next(quota.month))
    if quota.limit is None or quota.used == 0 or not begin < at < end:
        return None
    if quota.used >= quota.limit:
        return at.date()
    reached = begin + (at - begin) * (quota.limit / quota.used)
    return reached.date() if reached < end else None


def usage_csv(workspace: RegisteredWorkspace, *, since: date, until: date) -> str:
    """Return the counts from `since` to `until` (inclusive) as CSV (RFC 4180), the oldest day first."""
    rows = UsageCount.objects.filter(workspace=workspace, day__gte=since, day__lte=until)
    counts = rows.order_by("day", "app", "platform", "outcome").values_list(*CSV_HEAD)[:CSV_ROWS_MAX]
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(CSV_HEAD)
    writer.writerows((day.isoformat(), cell_safe(app), *rest) for day, app, *rest in counts)
    return text.getvalue()


def cell_safe(text: str) -> str:
    """Escape a text so that spreadsheets do not interpret it as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def own_usage_reported_at() -> datetime | None:
    """Return when the cloud last reported this workspace's usage."""
    return OwnQuota.objects.values_list("told_at", flat=True).first()


def own_usage() -> MonthUsage | None:
    """Return this workspace's usage of the current month; None until the cloud has reported it."""
    stored = OwnQuota.objects.first()
    if stored is None or stored.month != month_of() or not stored.usage:
        return None
    try:
        return MonthUsage.from_json(stored.usage)
    except (KeyError, TypeError, ValueError):
        return None
