"""Registered devices, and the simulated phones' inbox."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from push.providers.registry import device_choices, device_kind, phone_choices
from workspace.ids import PublicIdField
from workspace.models import User
from workspace.models.history import track_history
from workspace.setting_groups import SecretField

if TYPE_CHECKING:
    from push.providers.provider import DeviceKind

TOKEN_MAX_LENGTH = 4096
VERSION_MAX_LENGTH = 32


class Capability(models.TextChoices):
    """Optional features that an app can announce."""

    CLEAR = "clear", _("Removes notifications that were read elsewhere")


class DisabledReason(models.TextChoices):
    """Why no notifications are sent to a device."""

    TOKEN_DEAD = "token_dead", _("The push service no longer knows this device.")
    DEACTIVATED = "deactivated", _("Its owner's account was deactivated.")
    ADMINISTRATOR = "administrator", _("Disabled by an administrator.")


# Values of a device's error fields if there is no error.
NO_ERROR = {"error_answer": "", "error_status": None, "error_reason": "", "error_detail": ""}


def token_digest(token: str) -> str:
    """Return the digest by which device tokens are indexed, because tokens are too long for an index."""
    return hashlib.sha256(token.encode()).hexdigest()


class Device(models.Model):
    """A push token that an app registered for one user.

    With web push (RFC 8030) the token is the subscription's endpoint; `public_key` and `auth_secret` are the keys for
    encrypting its messages, in base64url. A token that contains a password is in `auth_secret` instead, which is
    encrypted; `token` then only identifies it (`DeviceKind.stored_token`).
    """

    public_id = PublicIdField()
    user = models.ForeignKey(User, models.CASCADE, related_name="devices", verbose_name=_("user"))
    client_id = models.CharField(
        _("device id"), max_length=255, blank=True, help_text=_("The id that the client sent.")
    )
    name = models.CharField(_("name"), max_length=64, blank=True, help_text=_("The name given by its owner."))
    type = models.CharField(_("type"), max_length=32, choices=device_choices)
    app_name = models.CharField(_("app name"), max_length=255)
    app_version = models.CharField(
        _("app version"),
        max_length=VERSION_MAX_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text=_("As the app or browser reported it when it registered."),
    )
    token = models.TextField(_("token"))
    public_key = models.CharField(_("public key"), max_length=128, blank=True, editable=False)
    auth_secret = SecretField(editable=False)
    capabilities: models.JSONField[Any, Any] = models.JSONField(_("abilities"), default=list, blank=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    voip_token = models.TextField(_("VoIP token"), blank=True)
    session_digest = models.CharField(
        max_length=128, blank=True, editable=False, help_text=_("The session that registered it.")
    )
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True)
    disabled_reason = models.CharField(
        _("reason for disabling"), max_length=16, choices=DisabledReason.choices, blank=True
    )
    last_accepted_at = models.DateTimeField(_("last accepted push"), null=True, blank=True)
    last_received_at = models.DateTimeField(
        _("last received push"), null=True, blank=True, help_text=_("When the app last confirmed a push.")
    )
    # The last error, with the same fields as :class:`Attempt`.
    error_answer = models.CharField(_("last error"), max_length=12, blank=True)
    error_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    error_reason = models.CharField(_("reason"), max_length=64, blank=True)
    error_detail = models.CharField(_("detail"), max_length=255, blank=True)
    registered_at = models.DateTimeField(
        _("registered"), default=timezone.now, help_text=_("When the app last registered this token.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["user"], condition=models.Q(disabled_at=None), name="device_enabled_of_user"),
            models.Index(
                fields=["disabled_at"], condition=models.Q(disabled_at__isnull=False), name="device_disabled_since"
            ),
            models.Index(fields=["app_name", "type", "disabled_at"], name="device_of_app"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_type_display()} {self.public_id}"

    @property
    def kind(self) -> DeviceKind:
        """Return the description of the device's type."""
        return device_kind(self.type)

    @property
    def host(self) -> str:
        """Return the host if the token is a URL, else an empty string; the rest of the URL is a secret."""
        return urlsplit(self.token).netloc if self.kind.token_is_address else ""


class SandboxPush(models.Model):
    """A push for a simulated phone, as Apple or Google would receive it."""

    token_digest = models.CharField(max_length=64)
    type = models.CharField(_("type"), max_length=3, choices=phone_choices)
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


track_history(Device, "disabled_at")
