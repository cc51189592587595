"""From which browsers and places each account was used, and the e-mails that tell of a new one."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models import User


class TraitKind(models.TextChoices):
    """What is remembered of a sign-in."""

    PROGRAM = "program", _("Browser or app")
    NETWORK = "network", _("Network")


class SignInTrait(models.Model):
    """A browser or network that an account was used from; only a digest is kept, which tells nothing by itself."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=8, choices=TraitKind.choices)
    digest = models.CharField(_("digest"), max_length=64)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("trait of sign-ins")
        verbose_name_plural = _("traits of sign-ins")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "kind", "digest"], name="sign_in_trait_once")]
        indexes = [models.Index(fields=["seen_at"], name="sign_in_trait_seen")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class SignInAlert(models.Model):
    """An e-mail about a sign-in that is still to be sent; the row goes with the e-mail."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    program = models.CharField(_("browser or app"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    at = models.DateTimeField(_("signed in"))
    failures = models.PositiveSmallIntegerField(_("failures"), default=0)
    retry_at = models.DateTimeField(_("next try"), default=timezone.now)

    class Meta:
        verbose_name = _("e-mail about a sign-in")
        verbose_name_plural = _("e-mails about sign-ins")
        default_permissions = ()
        indexes = [models.Index(fields=["retry_at"], name="sign_in_alert_due")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at:%Y-%m-%d %H:%M}"
