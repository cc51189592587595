"""Push counts: how many pushes a workspace has used per month, and their breakdown."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cloud.models.registration import RegisteredWorkspace


class QuotaMonth(models.Model):
    """The pushes of one workspace in one calendar month (UTC).

    `used` were accepted by a provider; `reserved` are in progress. Together they never exceed the limit.
    """

    workspace = models.ForeignKey(RegisteredWorkspace, models.CASCADE, related_name="+", verbose_name=_("workspace"))
    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    used = models.PositiveBigIntegerField(_("used"), default=0)
    reserved = models.PositiveBigIntegerField(_("in progress"), default=0)

    class Meta:
        verbose_name = _("monthly push count")
        verbose_name_plural = _("monthly push counts")
        default_permissions = ("view",)
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["workspace", "month"], name="quota_month_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.used}"


class Outcome(models.TextChoices):
    """The outcome of a push at the gateway. One that was received is counted as accepted as well."""

    ACCEPTED = "accepted", _("Accepted")
    SILENT = "silent", _("Accepted, not counted")
    DEAD = "dead", _("Device no longer registered")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Provider failed")
    EXHAUSTED = "exhausted", _("Over the limit")
    UNKNOWN = "unknown", _("Interrupted, counted")
    RECEIVED = "received", _("Received by the device")


class UsageCount(models.Model):
    """The number of pushes per workspace, day (UTC), app, platform and outcome. Stored for years."""

    workspace = models.ForeignKey(
        RegisteredWorkspace, models.CASCADE, related_name="+", db_index=False, verbose_name=_("workspace")
    )
    day = models.DateField(_("day"))
    app = models.CharField(_("app"), max_length=128, blank=True)
    platform = models.CharField(_("platform"), max_length=3)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    count = models.PositiveBigIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        default_permissions = ("view",)
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "day", "app", "platform", "outcome"], name="usage_count_once")
        ]
        indexes = [models.Index(fields=["day", "workspace"], name="usage_count_of_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.app} {self.outcome}: {self.count}"


class OwnQuota(models.Model):
    """This workspace's push usage of the current month, as last reported by the cloud. There is only one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    month = models.DateField(_("month"))
    used = models.PositiveBigIntegerField(_("used"), default=0)
    # None: unlimited.
    limit = models.PositiveBigIntegerField(_("limit"), null=True)
    told_at = models.DateTimeField(_("reported"), default=timezone.now)
    # The cloud's complete usage response, for the charts.
    usage: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("own quota")
        verbose_name_plural = _("own quota")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="own_quota_single")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.used}"


class QuotaNotice(models.Model):
    """A quota threshold that this workspace passed in a month, and whether its admins were notified."""

    month = models.DateField(_("month"))
    percent = models.PositiveSmallIntegerField(_("percent"))
    at = models.DateTimeField(_("passed"), default=timezone.now)
    mailed_at = models.DateTimeField(_("mailed"), null=True)

    class Meta:
        verbose_name = _("quota notice")
        verbose_name_plural = _("quota notices")
        default_permissions = ("view",)
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["month", "percent"], name="quota_notice_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.percent} %"
