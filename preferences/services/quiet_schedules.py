"""Stores the quiet periods of all schedules in use as rows, so that queries can find users with quiet hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from preferences.models import QuietChoice, QuietHours, QuietPeriod, QuietSchedule
from preferences.quiet.periods import periods_between
from preferences.quiet.schedule import hours_read
from preferences.selectors.quiet import default_hours, time_zone_expression
from workspace.models import GeneralSettings, User
from workspace.time_zones import zone

# Periods are always stored this far ahead, which is longer than the longest pause and the longest push delay.
AHEAD = timedelta(days=9)
# Each update stores periods up to this far ahead.
FILL_AHEAD = timedelta(days=16)
BATCH = 500


@transaction.atomic
def schedules_update() -> None:
    """Ensure that every schedule in use has a row with its periods. Takes two queries if all are up to date."""
    now = timezone.now()
    missing = schedules_missing()
    QuietSchedule.objects.bulk_create(
        [QuietSchedule(hours=hours, time_zone=name) for hours, name in missing], BATCH, ignore_conflicts=True
    )
    outdated = QuietSchedule.objects.filter(Q(filled_until=None) | Q(filled_until__lt=now + AHEAD))
    for schedule in outdated.select_for_update(skip_locked=True):
        schedule_fill(schedule=schedule, now=now)


def schedules_missing() -> list[tuple[str, str]]:
    """Return the pairs of hours and time zone in use that have no row yet."""
    stored = QuietSchedule.objects.filter(hours=OuterRef("hours"), time_zone=OuterRef("effective_zone"))
    missing = set(own_hours_and_zones().filter(~Exists(stored)).values_list("hours", "effective_zone").distinct())
    if hours := default_hours():
        people = User.objects.annotate(effective_zone=time_zone_expression("")).order_by()
        names = {GeneralSettings.current().time_zone, *people.values_list("effective_zone", flat=True).distinct()}
        names -= set(QuietSchedule.objects.filter(hours=hours).values_list("time_zone", flat=True))
        missing.update((hours, name) for name in names)
    return sorted(missing)


def own_hours_and_zones() -> QuerySet[Any]:
    """Return the accounts with quiet hours of their own, annotated with their effective time zone."""
    chosen = QuietHours.objects.filter(choice=QuietChoice.OWN)
    return chosen.annotate(effective_zone=time_zone_expression("user__")).order_by()


def schedule_fill(*, schedule: QuietSchedule, now: datetime) -> None:
    """Recompute a schedule's periods, or delete the schedule if it is no longer in use."""
    if not is_in_use(schedule):
        schedule.delete()
        return
    begin, end = now - timedelta(days=1), now + FILL_AHEAD
    periods = periods_between(hours_read(schedule.hours), zone(schedule.time_zone), begin, end)
    schedule.periods.all().delete()
    QuietPeriod.objects.bulk_create(
        QuietPeriod(schedule=schedule, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in periods
    )
    schedule.filled_until = end
    schedule.save(update_fields=["filled_until"])


def is_in_use(schedule: QuietSchedule) -> bool:
    """Return True if the workspace or a user uses these hours in this time zone."""
    own = own_hours_and_zones().filter(hours=schedule.hours, effective_zone=schedule.time_zone)
    if own.exists():
        return True
    people = User.objects.annotate(effective_zone=time_zone_expression(""))
    return schedule.hours == default_hours() and people.filter(effective_zone=schedule.time_zone).exists()
