"""The browsers and networks from which accounts were used, and pending e-mails about new ones."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models import User


class TraitKind(models.TextChoices):
    """The traits of a sign-in that are recorded."""

    PROGRAM = "program", _("Browser or app")
    NETWORK = "network", _("Network")


class SignInTrait(models.Model):
    """A browser or network from which an account was used. Only a keyed digest is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=8, choices=TraitKind.choices)
    digest = models.CharField(_("digest"), max_length=64)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("sign-in trait")
        verbose_name_plural = _("sign-in traits")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "kind", "digest"], name="sign_in_trait_once")]
        indexes = [models.Index(fields=["seen_at"], name="sign_in_trait_seen")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class SignInAlert(models.Model):
    """A pending e-mail about a sign-in. The row is deleted when the e-mail has been sent."""

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
