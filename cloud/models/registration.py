"""A workspace's registration, as kept by either end."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.setting_groups import SecretField


class CloudConnection(models.Model):
    """This workspace's own registration with its cloud: a single row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    workspace_id = models.CharField(_("workspace id"), max_length=64)
    access_token = SecretField(_("access token"))
    connected_at = models.DateTimeField(_("connected"), default=timezone.now)

    class Meta:
        verbose_name = _("cloud connection")
        verbose_name_plural = _("cloud connection")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="cloud_connection_single")]

    def __str__(self) -> str:
        return self.workspace_id


class RegisteredWorkspace(models.Model):
    """A workspace that may use this installation's cloud and gateway."""

    public_id = PublicIdField()
    unique_id = models.CharField(_("unique id"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=255)
    access_token_digest = models.CharField(max_length=64, unique=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True, help_text=_("A suspended workspace cannot push."))
    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last request"), null=True, editable=False)

    class Meta:
        verbose_name = _("registered workspace")
        verbose_name_plural = _("registered workspaces")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
