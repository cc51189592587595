"""Links from statistics to the lists of notifications and attempts that explain them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from urllib.parse import urlencode

from push.models import Attempt, Notification, State
from push.models.rollups import hour_start
from push.selectors.statistics.periods import Period
from push.selectors.statistics.totals import Filters
from workspace.admin.contributions import changelist_url


def notifications_url(period: Period, filters: Filters, *, state: str = "", code: str = "", channel: str = "") -> str:
    """Return the list of the notifications that ended in the period, with this state and code."""
    values = {
        **times(period, "finished_at"),
        "state__exact": state,
        "channel__exact": channel or filters.channel,
        "rule" if state == State.SENT else "reason": code,
    }
    return _url(changelist_url(Notification), values)


def attempts_url(
    period: Period,
    filters: Filters,
    *,
    answers: Iterable[str] = (),
    code: str = "",
    provider: str = "",
    app: str = "",
    received: bool = False,
) -> str:
    """Return the list of the attempts of notifications that ended in the period."""
    values: dict[str, str | list[str]] = {
        **times(period, "notification__finished_at"),
        "answer__exact": list(answers),
        "code": code,
        "channel": filters.channel,
        "provider": provider or filters.provider,
        "app": app or filters.app,
        "received": "yes" if received else "",
    }
    return _url(changelist_url(Attempt), values)


@lru_cache(maxsize=1024)
def _limits(begin: int, end: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first and the last time of the hours. A page has several links for each of them."""
    last = hour_start(end) - timedelta(microseconds=1)
    return hour_start(begin).astimezone(zone), last.astimezone(zone)


def times(period: Period, field: str) -> dict[str, str]:
    """Return the parameters of the lists' filter by times, which are in the reader's time zone."""
    begin, end = _limits(period.begin, period.end, period.zone)
    return {
        f"{field}_from_0": begin.date().isoformat(),
        f"{field}_from_1": f"{begin:%H:%M:%S}",
        f"{field}_to_0": end.date().isoformat(),
        f"{field}_to_1": f"{end:%H:%M:%S.%f}",
    }


def _url(address: str, values: Mapping[str, str | list[str]]) -> str:
    chosen = {name: value for name, value in values.items() if value}
    return f"{address}?{urlencode(chosen, doseq=True)}"
