"""A log of who read other people's messages in the administration."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models.accounts import User
from workspace.models.messages import Message
from workspace.models.rooms import Room


class TextPlace(models.TextChoices):
    """The page on which a text was shown."""

    LIST = "list", _("List of messages")
    PAGE = "page", _("Message")
    EXPLANATION = "explanation", _("Why, or why not?")
    SANDBOX = "sandbox", _("Sandbox push")
    MAIL = "mail", _("E-mail")
    REPORT = "report", _("Reported message")
    EXPORT = "export", _("Export of a person's data")


class TextView(models.Model):
    """An access to the text of a message by a reader who has the permission but is not a member of the room.

    Sandbox pushes and stored e-mails have no `message`; `about` identifies them.
    """

    reader = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("reader"))
    reader_name = models.CharField(
        _("name at the time"), max_length=64, help_text=_("Remains after the account is deleted.")
    )
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, blank=True, related_name="text_views", verbose_name=_("message")
    )
    room = models.ForeignKey(Room, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("room"))
    about = models.CharField(_("about"), max_length=64, blank=True)
    place = models.CharField(_("place"), max_length=12, choices=TextPlace.choices)
    viewed_at = models.DateTimeField(_("viewed"), default=timezone.now)

    class Meta:
        verbose_name = _("message access")
        verbose_name_plural = _("message access log")
        ordering = ["-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.reader_name} {self.viewed_at:%Y-%m-%d %H:%M:%S}"
