"""Values that administrators enter for providers without app keys, such as the URL of a server."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups import SecretField


class ProviderValue(models.Model):
    """One value that a provider declares (push/providers/provider.py); always encrypted, secret or not.

    The values are rows instead of columns, so that a new provider needs no migration.
    """

    kind = models.CharField(_("provider"), max_length=32)
    name = models.CharField(_("name"), max_length=32)
    value = SecretField(_("value"))
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("provider value")
        verbose_name_plural = _("provider values")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="provider_value_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
