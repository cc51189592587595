"""Keeping the periods of all schedules in use as rows, so that the database alone tells whom it is quiet for."""

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

# Periods are always known so far ahead, which is longer than the longest pause and the longest delay of a push ...
AHEAD = timedelta(days=9)
# ... and are found anew for so long at a time.
FILLED = timedelta(days=16)
BATCH = 500


@transaction.atomic
def schedules_keep() -> None:
    """See to it that every schedule in use has a row and knows its periods; what all know already costs two queries."""
    now = timezone.now()
    missing = schedules_missing()
    QuietSchedule.objects.bulk_create(
        [QuietSchedule(hours=hours, time_zone=name) for hours, name in missing], BATCH, ignore_conflicts=True
    )
    waning = QuietSchedule.objects.filter(Q(filled_until=None) | Q(filled_until__lt=now + AHEAD))
    for schedule in waning.select_for_update(skip_locked=True):
        schedule_fill(schedule=schedule, now=now)


def schedules_missing() -> list[tuple[str, str]]:
    """Return the hours and time zones in use that have no row yet."""
    kept = QuietSchedule.objects.filter(hours=OuterRef("hours"), time_zone=OuterRef("zone_in_force"))
    found = set(own_pairs().filter(~Exists(kept)).values_list("hours", "zone_in_force").distinct())
    if hours := default_hours():
        people = User.objects.annotate(zone_in_force=time_zone_expression("")).order_by()
        names = {GeneralSettings.current().time_zone, *people.values_list("zone_in_force", flat=True).distinct()}
        names -= set(QuietSchedule.objects.filter(hours=hours).values_list("time_zone", flat=True))
        found.update((hours, name) for name in names)
    return sorted(found)


def own_pairs() -> QuerySet[Any]:
    """Return the hours that accounts chose for themselves, with their time zones in force."""
    chosen = QuietHours.objects.filter(choice=QuietChoice.OWN)
    return chosen.annotate(zone_in_force=time_zone_expression("user__")).order_by()


def schedule_fill(*, schedule: QuietSchedule, now: datetime) -> None:
    """Find a schedule's periods anew; one that nobody uses any more is deleted instead."""
    if not is_in_use(schedule):
        schedule.delete()
        return
    begin, end = now - timedelta(days=1), now + FILLED
    periods = periods_between(hours_read(schedule.hours), zone(schedule.time_zone), begin, end)
    schedule.periods.all().delete()
    QuietPeriod.objects.bulk_create(
        QuietPeriod(schedule=schedule, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in periods
    )
    schedule.filled_until = end
    schedule.save(update_fields=["filled_until"])


def is_in_use(schedule: QuietSchedule) -> bool:
    """Return whether the hours are the workspace's, or somebody's own, in that time zone."""
    own = own_pairs().filter(hours=schedule.hours, zone_in_force=schedule.time_zone)
    if own.exists():
        return True
    people = User.objects.annotate(zone_in_force=time_zone_expression(""))
    return schedule.hours == default_hours() and people.filter(zone_in_force=schedule.time_zone).exists()
