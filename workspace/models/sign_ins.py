"""Addresses from which each account has signed in. They have separate limits for failed sign-ins."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models.accounts import User


class KnownAddress(models.Model):
    """An IP address from which an account has signed in. Only a digest is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, verbose_name=_("user"))
    digest = models.CharField(_("digest"), max_length=64)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("known address")
        verbose_name_plural = _("known addresses")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="known_address_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.digest[:8]}"
