"""Exports of one person's data, which the worker makes and the person downloads."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models.accounts import User
from workspace.permissions import declared, permission


class ExportState(models.TextChoices):
    """The state of an export."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


UNFINISHED = (ExportState.WAITING, ExportState.RUNNING)


class DataExport(models.Model):
    """An export of a person's data. Its file is in the database, so that all web processes can serve it.

    `retry_at` is when a worker may start it, or start it again if the one that makes it dies.
    """

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="data_exports", verbose_name=_("user"))
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("requested by"))
    state = models.CharField(_("state"), max_length=8, choices=ExportState.choices, default=ExportState.WAITING)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, help_text=_("In per cent."))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("In bytes."))
    created_at = models.DateTimeField(_("requested"), default=timezone.now, editable=False)
    retry_at = models.DateTimeField(_("next try"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, editable=False)

    class Meta:
        verbose_name = _("data export")
        verbose_name_plural = _("data exports")
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state__in=["waiting", "running"]), name="data_export_one_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="data_export_expiry")]
        permissions = declared(
            permission(
                "export_user_data",
                "May export all data of another person",
                checked_in="workspace.selectors.privacy.exports",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.created_at:%Y-%m-%d}"

    @property
    def is_unfinished(self) -> bool:
        """Return True while the worker has to make it."""
        return self.state in UNFINISHED

    @property
    def is_available(self) -> bool:
        """Return True if it can be downloaded."""
        return self.state == ExportState.READY and self.expires_at is not None and self.expires_at > timezone.now()


class DataExportPart(models.Model):
    """A part of an export's file."""

    export = models.ForeignKey(DataExport, models.CASCADE, related_name="parts", verbose_name=_("data export"))
    number = models.PositiveIntegerField(_("number"))
    content: models.BinaryField[Any, Any] = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("part of a data export")
        verbose_name_plural = _("parts of data exports")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="data_export_part_once")]

    def __str__(self) -> str:
        return f"{self.export_id}/{self.number}"
