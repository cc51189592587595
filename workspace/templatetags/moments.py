"""Times as lists and sentences show them."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from workspace.time_zones import time_with_zone

register = template.Library()
register.filter("with_zone", time_with_zone)


@register.filter
def moment(at: datetime) -> str:
    """Return the time of day of a moment of the reader's today, and the date of any other."""
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATE_FORMAT")
