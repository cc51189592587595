"""E-mails: those that accounts wait for, and those stored by an installation that has no mail server."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailKind(models.TextChoices):
    """What a requested e-mail is for, and what its `reference` is."""

    # An address, whether or not an account has it.
    RESET = "reset", _("Choose a new password")
    # The key of an EmailAddress.
    VERIFICATION = "verification", _("Verify an address")
    # The key of an EmailCode.
    CODE = "code", _("Code for signing in")
    # What has changed, and the key of the account: workspace/services/people/security_notices.py.
    SECURITY = "security", _("Changed second factor")
    # The key of a registration request of the cloud.
    CONFIRMATION = "confirmation", _("Confirm a registration")


class RequestedMail(models.Model):
    """An e-mail that somebody waits for, until the mail server has accepted it.

    Links and codes are generated when it is sent, so neither this row nor the broker contains them. The row survives a
    lost task. While a worker sends it, `due_at` is in the future.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=MailKind.choices)
    reference = models.CharField(_("reference"), max_length=254)
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    class Meta:
        verbose_name = _("requested e-mail")
        verbose_name_plural = _("requested e-mails")
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="requested_mail_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


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
