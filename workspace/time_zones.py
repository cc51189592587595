"""Time zones by their IANA names, and times formatted with their zone."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


@cache
def time_zone_names() -> frozenset[str]:
    """Return the names of all zones that this system knows."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def time_zone_validate(name: str) -> None:
    """Raise ValidationError unless the name is a known time zone."""
    if name not in time_zone_names():
        raise ValidationError(
            _("“%(name)s” is not a known time zone. Enter a name such as Europe/Berlin."), params={"name": name}
        )


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone with this name; UTC if this system does not know it (any more)."""
    return ZoneInfo(name if name in time_zone_names() else "UTC")


def utc_offset(name: str, at: datetime) -> float:
    """Return the UTC offset of the zone in hours at the time `at`; an int if it is a whole number."""
    offset = at.astimezone(zone(name)).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0
    return int(hours) if hours == int(hours) else hours


def time_with_zone(at: datetime, date_time_format: str = "SHORT_DATETIME_FORMAT") -> str:
    """Return a time in the reader's zone, followed by the zone's name: “2035-03-05 06:42 (Europe/Berlin)”."""
    return f"{date_format(timezone.localtime(at), date_time_format)} ({timezone.get_current_timezone()})"
