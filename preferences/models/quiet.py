"""Quiet hours, during which a member's pushes wait."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from preferences.quiet.schedule import HOURS_MAX_LENGTH, hours_validate
from workspace.models import User
from workspace.time_zones import time_zone_validate


class QuietChoice(models.TextChoices):
    """Which quiet hours apply to an account. An empty text is stored for "default": those of the workspace."""

    OWN = "own", _("My own hours")
    NONE = "none", _("None")


class QuietSchedule(models.Model):
    """Weekly hours in one time zone. All users with the same hours and time zone share one row and its periods."""

    hours = models.CharField(_("hours"), max_length=HOURS_MAX_LENGTH, validators=[hours_validate])
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[time_zone_validate])
    filled_until = models.DateTimeField(_("periods stored until"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("quiet schedule")
        verbose_name_plural = _("quiet schedules")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["hours", "time_zone"], name="quiet_schedule_once")]
        indexes = [models.Index(fields=["filled_until"], name="quiet_schedule_filled")]

    def __str__(self) -> str:
        return f"{self.hours} ({self.time_zone})"


class QuietPeriod(models.Model):
    """A start and end time of quiet hours. The periods of a schedule neither touch nor overlap."""

    schedule = models.ForeignKey(
        QuietSchedule, models.CASCADE, related_name="periods", db_index=False, verbose_name=_("schedule")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("quiet period")
        verbose_name_plural = _("quiet periods")
        default_permissions = ()
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["schedule", "starts_at"], name="quiet_period_once")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} - {self.ends_at:%Y-%m-%d %H:%M}"


class QuietHours(models.Model):
    """The quiet hours of one account. Without a row, or for an empty field, the workspace's default applies."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="quiet_hours", verbose_name=_("user")
    )
    choice = models.CharField(_("quiet hours"), max_length=4, choices=QuietChoice.choices, blank=True, default="")
    hours = models.CharField(
        _("own hours"),
        max_length=HOURS_MAX_LENGTH,
        blank=True,
        default="",
        validators=[hours_validate],
        help_text=_("Saved even while they are not in use."),
    )
    lets_mentions_through = models.BooleanField(
        _("push direct messages and mentions during quiet hours"), null=True, blank=True
    )
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        # Each claim of pushes checks whether any user has quiet hours or a pause.
        indexes = [
            models.Index(fields=["choice"], name="quiet_hours_by_choice"),
            models.Index(fields=["paused_until"], name="quiet_hours_by_pause"),
        ]

    def __str__(self) -> str:
        return str(self.user)
