"""What is shown at once in open pages, and whose pages are open."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models import Message, User


class DesktopStream(models.Model):
    """That a web process holds a stream to an open page of a user, or held one a moment ago.

    Events are written for these users only. A stream that was cut leaves its row for as long as it may come back.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    process = models.CharField(_("process"), max_length=32)
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "process"], name="desktop_stream_once")]
        indexes = [models.Index(fields=["until"], name="desktop_stream_until")]

    def __str__(self) -> str:
        return f"{self.user_id} until {self.until:%H:%M:%S}"


class DesktopEvent(models.Model):
    """Something for a user's open pages: a message to show, a change to follow, or only new counters.

    Kept for minutes, so that a page whose stream was cut receives what it missed. Written many at once, so the foreign
    keys carry no database constraint (docs/keys.md).
    """

    user = models.ForeignKey(
        User, models.CASCADE, related_name="+", db_constraint=False, db_index=False, verbose_name=_("user")
    )
    message = models.ForeignKey(
        Message,
        models.CASCADE,
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("message"),
    )
    rule = models.CharField(
        _("rule"), max_length=32, blank=True, help_text=_("Code of the rule that shows it; empty: only counters.")
    )
    # With public ids, because rooms and messages may be gone when it is read.
    change: models.JSONField[Any, Any] = models.JSONField(
        _("change"), null=True, help_text=_("What pages that show the room have to follow.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("desktop event")
        verbose_name_plural = _("desktop events")
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["user", "id"], name="desktop_event_of_user"),
            models.Index(fields=["created_at"], name="desktop_event_in_time"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
