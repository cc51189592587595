"""Counting pushes: what a workspace has used of its month, and of what they consisted."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cloud.models.registration import RegisteredWorkspace


class QuotaMonth(models.Model):
    """The pushes of one workspace in one calendar month (UTC).

    `used` were accepted by a provider; `reserved` are under way. Both together never exceed the limit.
    """

    workspace = models.ForeignKey(RegisteredWorkspace, models.CASCADE, related_name="+", verbose_name=_("workspace"))
    month = models.DateField(_("month"), help_text=_("Its first day."))
    used = models.PositiveBigIntegerField(_("used"), default=0)
    reserved = models.PositiveBigIntegerField(_("under way"), default=0)

    class Meta:
        verbose_name = _("pushes of a month")
        verbose_name_plural = _("pushes of months")
        default_permissions = ("view",)
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["workspace", "month"], name="quota_month_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.used}"


class Outcome(models.TextChoices):
    """What became of a push at the gateway."""

    ACCEPTED = "accepted", _("Accepted")
    SILENT = "silent", _("Accepted, not counted")
    DEAD = "dead", _("Device gone")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Provider failed")
    EXHAUSTED = "exhausted", _("Over the limit")
    UNKNOWN = "unknown", _("Cut short, counted")


class UsageCount(models.Model):
    """How many pushes of one workspace, day (UTC), app and platform ended how; kept for years."""

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
    """What the cloud told this workspace of its pushes this month: a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    month = models.DateField(_("month"))
    used = models.PositiveBigIntegerField(_("used"), default=0)
    # None: unlimited.
    limit = models.PositiveBigIntegerField(_("limit"), null=True)
    told_at = models.DateTimeField(_("told"), default=timezone.now)
    # The cloud's answer in full, as its usage interface gives it, for the charts.
    usage: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("own quota")
        verbose_name_plural = _("own quota")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="own_quota_single")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.used}"


class QuotaNotice(models.Model):
    """That this workspace's admins were told, once a month, how much of its quota is used."""

    month = models.DateField(_("month"))
    percent = models.PositiveSmallIntegerField(_("percent"))
    at = models.DateTimeField(_("noticed"), default=timezone.now)
    mailed_at = models.DateTimeField(_("mailed"), null=True)

    class Meta:
        verbose_name = _("quota notice")
        verbose_name_plural = _("quota notices")
        default_permissions = ("view",)
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["month", "percent"], name="quota_notice_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.percent} %"
