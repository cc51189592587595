"""The cloud's audit log."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cloud.models.registration import RegisteredWorkspace


class EventKind(models.TextChoices):
    """What an entry of the audit log is about."""

    REGISTERED = "registered", _("Registered")
    ADDRESS_CHANGED = "address", _("Moved to another address")
    CLONE_SEEN = "clone", _("Credentials used from another address")
    AGREED = "agreed", _("Agreed to the terms")
    WITHDRAWN = "withdrawn", _("Withdrew the agreement")
    DISCONNECTED = "disconnected", _("Disconnected")
    SUSPENDED = "suspended", _("Suspended")
    RESUMED = "resumed", _("Resumed")
    CREDENTIALS = "credentials", _("Credentials rotated")
    GATEWAY_KEY = "gateway_key", _("Gateway address created")
    GATEWAY_KEY_ENDED = "key_ended", _("Gateway address revoked")
    PROTOCOL = "protocol", _("Protocol changed")
    PLAN = "plan", _("Plan changed")
    LICENCE = "licence", _("Licence issued")
    TOKEN_MADE = "token", _("Registration token created")
    TERMS_PUBLISHED = "terms", _("Terms published")
    APP_SAVED = "app", _("App saved")
    APP_REMOVED = "app_removed", _("App removed")


class CloudEvent(models.Model):
    """One entry of the cloud's audit log. Entries are never changed and contain no secrets."""

    workspace = models.ForeignKey(
        RegisteredWorkspace, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name=_("workspace")
    )
    kind = models.CharField(_("event"), max_length=12, choices=EventKind.choices)
    details: models.JSONField[Any, Any] = models.JSONField(_("details"), default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    actor_name = models.CharField(
        _("name at the time"), max_length=64, blank=True, help_text=_("Empty: the workspace or the cloud itself.")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("cloud event")
        verbose_name_plural = _("audit log")
        default_permissions = ("view",)
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "-id"], name="cloud_event_of_workspace")]

    def __str__(self) -> str:
        return str(self.get_kind_display())
