"""Registered devices, and the simulated phones' inbox."""

from __future__ import annotations

import hashlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models import User

TOKEN_MAX_LENGTH = 4096


class DeviceType(models.TextChoices):
    """The push services, spelt as clients register them."""

    APN = "apn", _("Apple")
    GCM = "gcm", _("Google")


def token_digest(token: str) -> str:
    """Return what a device token is looked up by: tokens are longer than an index can hold."""
    return hashlib.sha256(token.encode()).hexdigest()


class Device(models.Model):
    """A push token that an app registered for one user."""

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="devices", verbose_name=_("user"))
    client_id = models.CharField(_("device id"), max_length=255, blank=True, help_text=_("As the client calls itself."))
    type = models.CharField(_("type"), max_length=3, choices=DeviceType.choices)
    app_name = models.CharField(_("app name"), max_length=255)
    token = models.TextField(_("token"))
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    voip_token = models.TextField(_("VoIP token"), blank=True)
    session_digest = models.CharField(
        max_length=128, blank=True, editable=False, help_text=_("The sign-in that registered it.")
    )
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True)
    disabled_reason = models.CharField(_("why disabled"), max_length=255, blank=True)
    last_accepted_at = models.DateTimeField(_("last accepted push"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=255, blank=True)
    registered_at = models.DateTimeField(
        _("registered"), default=timezone.now, help_text=_("When the app last presented this token.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["pk"]
        indexes = [models.Index(fields=["user"], condition=models.Q(disabled_at=None), name="device_enabled_of_user")]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.public_id}"


class SandboxPush(models.Model):
    """What the sandbox provider received for a simulated phone, as Apple or Google would have."""

    token_digest = models.CharField(max_length=64)
    type = models.CharField(_("type"), max_length=3, choices=DeviceType.choices)
    identity = models.CharField(_("identity"), max_length=64, blank=True)
    payload = models.JSONField(_("payload"))
    headers = models.JSONField(_("headers"), default=dict)
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    class Meta:
        verbose_name = _("sandbox push")
        verbose_name_plural = _("sandbox pushes")
        ordering = ["pk"]
        indexes = [models.Index(fields=["token_digest", "id"], name="sandbox_push_of_token")]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"
