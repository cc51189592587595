"""What rows held before they were changed, for as long as decisions made with them are explained."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.models.accounts import User


class FormerRow(models.Model):
    """The values of one row that belonged to a user, as they were until `at`, when it was changed or deleted."""

    kind = models.CharField(_("kind"), max_length=64)
    key = models.BigIntegerField(_("key"))
    # Without a constraint: a deleted account's last rows are noted while it goes, and pruned in their time.
    user = models.ForeignKey(
        User, models.DO_NOTHING, related_name="+", verbose_name=_("user"), db_index=False, db_constraint=False
    )
    values: models.JSONField[Any, Any] = models.JSONField(_("values"))
    at = models.DateTimeField(_("until"), default=timezone.now)

    class Meta:
        verbose_name = _("former row")
        verbose_name_plural = _("former rows")
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "kind", "at"], name="former_row_of_user"),
            models.Index(fields=["at"], name="former_row_in_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} until {self.at:%Y-%m-%d %H:%M:%S}"
