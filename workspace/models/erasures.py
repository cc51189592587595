"""Deleted accounts whose messages the worker still has to erase."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models.accounts import User


class PendingErasure(models.Model):
    """A deleted account whose messages, and what it has added to those of others, are being erased in batches.

    The row is deleted when nothing is left.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    erases_messages = models.BooleanField(
        _("erases messages"), help_text=_("What the setting said when the account was deleted.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("pending erasure")
        verbose_name_plural = _("pending erasures")
        default_permissions = ()

    def __str__(self) -> str:
        return f"erasure of {self.user_id}"
