"""Times in lists and sentences."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import ngettext

from workspace.time_zones import time_with_zone

register = template.Library()
register.filter("with_zone", time_with_zone)


@register.filter
def short_time(at: datetime) -> str:
    """Return the time of day for a time today (in the reader's time zone), and the date otherwise."""
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATE_FORMAT")


def time_since(at: datetime) -> str:
    """Return the time elapsed since `at`: in seconds during the first minute, then as Django formats it."""
    seconds = max(0, int((timezone.now() - at).total_seconds()))
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    return timesince(at)
