"""What a request asks for: the period and the filters, in the address."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date

from push.models import Channel
from push.selectors.statistics.periods import CUSTOM, Period, period_between, period_named
from push.selectors.statistics.totals import Filters

APP_LENGTH = 255
PROVIDER_LENGTH = 32
# Keeps days far from the limits of the calendar and of time zones.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def period_asked(request: HttpRequest) -> Period:
    """Return the period; for missing or invalid values the last 24 hours, in the reader's time zone."""
    zone, now = timezone.get_current_timezone(), timezone.now()
    name = request.GET.get("period", "")
    if name == CUSTOM:
        today = now.astimezone(zone).date()
        first, last = _day(request, "from"), _day(request, "to")
        if first or last:
            return period_between(first or last or today, last or today, zone=zone)
    return period_named(name, now=now, zone=zone)


def filters_asked(request: HttpRequest) -> Filters:
    """Return the filters; invalid ones match all."""
    channel = request.GET.get("channel", "")
    return Filters(
        channel=channel if channel in Channel.values else "",
        provider=request.GET.get("provider", "")[:PROVIDER_LENGTH],
        app=request.GET.get("app", "")[:APP_LENGTH],
    )


def query_of(period: Period, filters: Filters, *, name: str = "") -> str:
    """Return the query string for the filters and this period, or the one with the name."""
    values = {"period": name or period.name}
    if values["period"] == CUSTOM:
        values |= {"from": period.first_day.isoformat(), "to": period.last_day.isoformat()}
    return urlencode(values | {name: value for name, value in asdict(filters).items() if value})


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        day = parse_date(request.GET.get(name, ""))
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None
