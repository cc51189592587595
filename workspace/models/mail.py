"""E-mails stored by an installation that has no mail server."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class KeptMail(models.Model):
    """An e-mail as a mail server would have received it."""

    sender = models.CharField(_("from"), max_length=320)
    recipients: models.JSONField[Any, Any] = models.JSONField(_("to"))
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    headers: models.JSONField[Any, Any] = models.JSONField(_("headers"), default=dict)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    kept_at = models.DateTimeField(_("written"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        default_permissions = ("view",)
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject
