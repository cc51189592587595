"""The key pair that identifies this workspace to browsers' push services."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups import SecretField


class VapidKeys(models.Model):
    """The workspace's keys for voluntary application server identification (VAPID, RFC 8292); a single row.

    Browser subscriptions are bound to the public key. After a key change, all browsers must subscribe again.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    public_key = models.CharField(_("public key"), max_length=128)
    private_key = SecretField(_("private key"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("web push keys")
        verbose_name_plural = _("web push keys")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="vapid_keys_single")]

    def __str__(self) -> str:
        return self.public_key

    @classmethod
    def current_public_key(cls) -> str:
        """Return the public key with which browsers subscribe; empty if the workspace has no keys."""
        return cls.objects.filter(pk=1).values_list("public_key", flat=True).first() or ""
