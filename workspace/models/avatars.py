"""The pictures of accounts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models.accounts import User


class Avatar(models.Model):
    """A picture that a user has chosen, as it was uploaded. Accounts without one are shown by their initial."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="avatar", verbose_name=_("user"))
    content: models.BinaryField[Any, Any] = models.BinaryField(_("content"))
    content_type = models.CharField(_("content type"), max_length=32)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        default_permissions = ()

    def __str__(self) -> str:
        return self.content_type
