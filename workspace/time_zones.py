"""Time zones by their names in the IANA database, and times shown together with their zone."""

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
    """Return the names of all zones that this machine knows."""
    return frozenset(available_timezones()) - {"localtime", "Factory"}


def time_zone_validate(name: str) -> None:
    """Raise ValidationError for a name that is no time zone's."""
    if name not in time_zone_names():
        raise ValidationError(
            _("“%(name)s” is no known time zone. Zones are named like Europe/Berlin."), params={"name": name}
        )


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone of a name; one that this machine does not know (any more) is taken for UTC."""
    return ZoneInfo(name if name in time_zone_names() else "UTC")


def utc_offset(name: str, at: datetime) -> float:
    """Return by how many hours the zone's clock is ahead of UTC at the moment `at`; a whole number where it is one."""
    offset = at.astimezone(zone(name)).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0
    return int(hours) if hours == int(hours) else hours


def time_with_zone(at: datetime, date_time_format: str = "SHORT_DATETIME_FORMAT") -> str:
    """Return a time on the reader's clock, followed by the name of its zone: “2035-03-05 06:42 (Europe/Berlin)”."""
    return f"{date_format(timezone.localtime(at), date_time_format)} ({timezone.get_current_timezone()})"
