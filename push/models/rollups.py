"""Hourly statistics: counts and durations of finished notifications and their deliveries, for the dashboard.

The worker computes an hour's rows from the finished notifications and replaces them as a whole
(:mod:`push.services.rollups`), so computing an hour again is always safe. Hours are numbered since 1970 in UTC, which
lets both databases group them by day with integer arithmetic. A notification and its attempts belong to the hour in
which the notification ended.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from push.models.queue import Answer, Channel, State

HOUR_SECONDS = 3600
DAY_HOURS = 24
CODE_LENGTH = 64


def hour_of(at: datetime) -> int:
    """Return the number of the hour that contains the time."""
    return int(at.timestamp() // HOUR_SECONDS)


def hour_start(hour: int) -> datetime:
    """Return the time at which the hour begins."""
    return datetime.fromtimestamp(hour * HOUR_SECONDS, UTC)


class Measure(models.TextChoices):
    """What a duration measures. The first two are of sent notifications, the third of accepted deliveries."""

    SENT = "sent", _("Accepted to sent")
    LATENESS = "late", _("Lateness")
    DELIVERY = "delivery", _("Accepted to delivery")


class RollupHour(models.Model):
    """An hour whose statistics have been computed, even if nothing ended in it."""

    hour = models.PositiveIntegerField(primary_key=True)
    computed_at = models.DateTimeField()
    # How long it took. The current hour is computed less often if it takes long.
    seconds = models.FloatField(default=0)
    # The hour's figures by channel (push/selectors/statistics/summaries.py), so that charts read one row per hour, and
    # the version of their form. Hours with another version are computed again.
    summary: models.JSONField[Any, Any] = models.JSONField(null=True)
    version = models.PositiveSmallIntegerField(default=0, db_default=0)
    # The hour's rows in the three tables below as one value, in the form of a day's `totals`, so that totals of short
    # periods read one row per hour. Null for hours that were computed by an earlier release.
    totals: models.JSONField[Any, Any] = models.JSONField(null=True)
    totals_version = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return hour_start(self.hour).isoformat()


class RollupDay(models.Model):
    """The sums of the hours of a day (UTC) that has ended, so that totals of long periods read one row per day.

    It is deleted when one of the hours is computed again. Days are numbered since 1970.
    """

    day = models.PositiveIntegerField(primary_key=True)
    # A form of push/selectors/statistics/totals.py, and its version. Days with another version are added up again.
    totals: models.JSONField[Any, Any] = models.JSONField(default=dict)
    version = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return hour_start(self.day * DAY_HOURS).date().isoformat()


class RollupState(models.Model):
    """Which worker computes statistics, and which hours cannot be computed any more: a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    claimed_by = models.CharField(max_length=36, blank=True, default="")
    claimed_until = models.DateTimeField(null=True)
    # Notifications of this hour, and of earlier ones, have been pruned.
    pruned_hour = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="rollup_state_single")]

    def __str__(self) -> str:
        return "statistics"


class OutcomeHour(models.Model):
    """The number of notifications of one channel that ended in an hour with the same state and code.

    `code` is the rule of sent notifications, and the end reason of others.
    """

    hour = models.PositiveIntegerField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    code = models.CharField(max_length=CODE_LENGTH, blank=True)
    count = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["hour", "channel", "state", "code"], name="outcome_hour_once"),
        ]

    def __str__(self) -> str:
        return f"{hour_start(self.hour):%Y-%m-%d %H} {self.channel} {self.state} {self.code}".strip()


class DeliveryHour(models.Model):
    """The number of attempts of an hour with the same provider, app and answer, and how many of them were received.

    `code` is the provider's code. `app` is empty for e-mails, and for devices that have been removed.
    """

    hour = models.PositiveIntegerField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    provider = models.CharField(max_length=32)
    app = models.CharField(max_length=255, blank=True)
    answer = models.CharField(max_length=12, choices=Answer.choices)
    code = models.CharField(max_length=CODE_LENGTH, blank=True)
    count = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "channel", "provider", "app", "answer", "code"], name="delivery_hour_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{hour_start(self.hour):%Y-%m-%d %H} {self.provider} {self.app} {self.answer}".strip()


class DurationHour(models.Model):
    """How many durations of an hour are in one bucket of the histogram (push/selectors/statistics/histogram.py).

    Durations of notifications have a `code`, their rule; those of deliveries have a provider and an app.
    """

    hour = models.PositiveIntegerField()
    measure = models.CharField(max_length=8, choices=Measure.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    provider = models.CharField(max_length=32, blank=True)
    app = models.CharField(max_length=255, blank=True)
    code = models.CharField(max_length=CODE_LENGTH, blank=True)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "measure", "channel", "provider", "app", "code", "bucket"], name="duration_hour_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{hour_start(self.hour):%Y-%m-%d %H} {self.measure} {self.bucket}"
