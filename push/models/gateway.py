"""What the gateway has handed on, so that a repeated request is not handed on twice."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cloud.models import RegisteredWorkspace


class GatewayPush(models.Model):
    """One push of a workspace to one device token, under the identity that it keeps through every retry."""

    workspace = models.ForeignKey(
        RegisteredWorkspace, models.CASCADE, related_name="+", db_index=False, verbose_name=_("workspace")
    )
    identity = models.CharField(_("identity"), max_length=64)
    token_digest = models.CharField(max_length=64, editable=False)
    taken_at = models.DateTimeField(_("taken"), default=timezone.now)
    accepted_at = models.DateTimeField(_("accepted"), null=True)

    class Meta:
        verbose_name = _("gateway push")
        verbose_name_plural = _("gateway pushes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "identity", "token_digest"], name="gateway_push_once")
        ]
        indexes = [models.Index(fields=["taken_at"], name="gateway_push_age")]

    def __str__(self) -> str:
        return self.identity
