"""Desktop events for open pages, and the users who have pages open."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models import Message, User


class DesktopStream(models.Model):
    """A user with an open event stream in a web process, or with one that was recently open.

    Events are only written for these users. After a connection breaks, the row stays until the page has had time to
    reconnect.
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
    """An event for a user's open pages: a message to show, a change to apply, or just new counters.

    Events are stored for some minutes, so that a page that reconnects receives the events it missed. They are written
    in large batches, so the foreign keys have no database constraint (docs/keys.md).
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
        _("rule"),
        max_length=32,
        blank=True,
        help_text=_("Code of the rule that decided; empty if only counters changed."),
    )
    # Contains public ids, because rooms and messages may have been deleted when it is read.
    change: models.JSONField[Any, Any] = models.JSONField(
        _("change"), null=True, help_text=_("The change that pages showing the room must apply.")
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
