"""What users add to messages: reactions, stars, pins and reports.

Each is in a narrow table of its own, because the table of messages is large and these change often.
"""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models.accounts import User
from workspace.models.messages import Message
from workspace.models.rooms import Room
from workspace.permissions import ADMIN, MODERATOR, OWNER, declared, permission

EMOJI_MAX_LENGTH = 64


class Reaction(models.Model):
    """A user's reaction to a message."""

    # The unique index begins with the message.
    message = models.ForeignKey(
        Message, models.CASCADE, related_name="reactions", db_index=False, verbose_name=_("message")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    emoji = models.CharField(
        _("emoji"),
        max_length=EMOJI_MAX_LENGTH,
        validators=[RegexValidator(r"\A:[A-Za-z0-9_+-]+:\Z")],
        help_text=_("Its name between colons, such as :smile:."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["message", "emoji", "user"], name="reaction_once_per_message")]

    def __str__(self) -> str:
        return f"{self.emoji} by {self.user}"


class Star(models.Model):
    """A message that a user has marked for themselves."""

    # The unique index begins with the message.
    message = models.ForeignKey(
        Message, models.CASCADE, related_name="stars", db_index=False, verbose_name=_("message")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("star")
        verbose_name_plural = _("stars")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="star_once_per_message")]

    def __str__(self) -> str:
        return f"{self.message} of {self.user}"


class Pin(models.Model):
    """A message that is pinned in its room, or was: clients expect to see that it no longer is."""

    message = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="pin", verbose_name=_("message")
    )
    room = models.ForeignKey(Room, models.CASCADE, related_name="+", verbose_name=_("room"))
    is_pinned = models.BooleanField(_("pinned"), default=True)
    changed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("pinned or unpinned by")
    )
    changed_at = models.DateTimeField(_("pinned or unpinned"), default=timezone.now)

    class Meta:
        verbose_name = _("pin")
        verbose_name_plural = _("pins")
        default_permissions = ()
        permissions = declared(
            permission(
                "pin_message",
                "May pin messages",
                checked_in="workspace.services.message_marks.pins",
                roles=(ADMIN, OWNER, MODERATOR),
            ),
        )

    def __str__(self) -> str:
        return str(self.message)


class PinNotice(models.Model):
    """A system message that says that a message was pinned, and quotes it as it is now."""

    notice = models.OneToOneField(
        Message, models.CASCADE, primary_key=True, related_name="pin_notice", verbose_name=_("system message")
    )
    message = models.ForeignKey(Message, models.CASCADE, related_name="pin_notices", verbose_name=_("message"))

    class Meta:
        verbose_name = _("pin notice")
        verbose_name_plural = _("pin notices")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.notice} about {self.message}"


class Report(models.Model):
    """A user's report of a message to the administrators."""

    public_id = PublicIdField()
    message = models.ForeignKey(Message, models.CASCADE, related_name="reports", verbose_name=_("message"))
    reporter = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("reported by"))
    description = models.TextField(_("description"), max_length=1000)
    text = models.TextField(_("text at the time"), blank=True)
    created_at = models.DateTimeField(_("reported"), default=timezone.now, editable=False)
    dismissed_at = models.DateTimeField(_("dismissed"), null=True, editable=False)
    dismissed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("dismissed by")
    )
    reason = models.CharField(_("reason"), max_length=255, blank=True, editable=False)

    class Meta:
        verbose_name = _("reported message")
        verbose_name_plural = _("reported messages")
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["dismissed_at"], name="report_dismissed")]
        permissions = declared(
            permission(
                "view_moderation_console",
                "May read reported messages",
                checked_in="workspace.api.messages.moderation",
            ),
            permission(
                "manage_moderation_actions",
                "May dismiss reports of messages",
                checked_in="workspace.services.message_marks.reports",
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)
