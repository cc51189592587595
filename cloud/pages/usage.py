"""The template context for a month's push usage, on pages of workspace and cloud."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cloud.models import Outcome
from cloud.selectors.usage import MonthUsage, Part

PLATFORMS = {"apn": "Apple", "gcm": "Google"}
WARNING_PERCENT, DANGER_PERCENT = 80, 95


def usage_context(usage: MonthUsage, *, month_url: Callable[[date], str] | None = None) -> dict[str, Any]:
    """Return the context of the template `cloud/usage.html`; `month_url` returns the URL of another month."""
    quota = usage.quota
    most = max((used for _month, used in usage.months), default=0) or 1
    return {
        "usage": usage,
        "month_name": date_format(quota.month, "YEAR_MONTH_FORMAT"),
        "percent": quota.percent,
        "level": level_of(quota.percent),
        "chart": day_chart(usage),
        "parts": [
            (_("By app"), shares(usage.by_app, lambda name: name or _("Google, app not specified by the server"))),
            (_("By platform"), shares(usage.by_platform, lambda name: PLATFORMS.get(name, name))),
            (_("By outcome"), shares(usage.by_outcome, outcome_name)),
        ],
        "months": [
            {
                "name": date_format(month, "YEAR_MONTH_FORMAT"),
                "used": used,
                "share": round(100 * used / most),
                "url": month_url(month) if month_url else "",
                "is_shown": month == quota.month,
            }
            for month, used in usage.months
        ],
    }


def level_of(percent: int | None) -> str:
    """Return how urgent a used percentage is, as a kind of unfold's labels."""
    if percent is None or percent < WARNING_PERCENT:
        return "success"
    return "warning" if percent < DANGER_PERCENT else "danger"


def outcome_name(code: str) -> str:
    """Return an outcome's label; an unknown outcome is returned unchanged."""
    return str(Outcome(code).label) if code in Outcome.values else code


def shares(parts: Sequence[Part], name: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return each part with its share of the total, in percent."""
    total = sum(part.count for part in parts) or 1
    return [{"name": name(part.name), "count": part.count, "share": round(100 * part.count / total)} for part in parts]


def day_chart(usage: MonthUsage) -> str:
    """Return the month's days as data for unfold's bar chart; empty if nothing was pushed."""
    if not any(count for _day, count in usage.by_day):
        return ""
    return json.dumps(
        {
            "labels": [date_format(day, "j M") for day, _count in usage.by_day],
            "datasets": [
                {
                    "label": _("Pushes"),
                    "data": [count for _day, count in usage.by_day],
                    "backgroundColor": "var(--color-primary-600)",
                    "maxBarThickness": 20,
                    "borderRadius": 2,
                    "displayYAxis": True,
                    "maxTicksXLimit": 16,
                }
            ],
        }
    )
