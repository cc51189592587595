"""The gateway's apps, and the pushes that it forwards, so that none is sent or counted twice."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cloud.models import RegisteredWorkspace
from push.models.keys import ProviderKeys
from push.providers.pem import certificate_read
from push.providers.protocol import APN, GCM
from push.providers.registry import phone_choices


class GatewayApp(ProviderKeys):
    """An app that this gateway serves, with its keys for one provider's service."""

    type = models.CharField(_("service"), max_length=3, choices=phone_choices, default=APN)
    app_name = models.CharField(
        _("app name"),
        max_length=255,
        blank=True,
        validators=[RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("Letters, digits, dots and hyphens only."))],
        help_text=_(
            "The bundle id (Apple) or package id (Google). Empty (Google only): every app that has no entry; some "
            "servers do not send the app name."
        ),
    )
    other_names = models.TextField(
        _("other names"),
        blank=True,
        default="",
        db_default="",
        max_length=1000,
        help_text=_(
            "What other protocols call the app, separated by spaces: the app_id of Matrix pushers, or the platform "
            "that a Mattermost app registers, such as apple_rn. In patterns such as com.example.*, * stands for any "
            "text and ? for one character; exact names take precedence."
        ),
    )
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Off: no pushes are sent to this app."))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("gateway app")
        verbose_name_plural = _("gateway apps")
        ordering = ["app_name", "type", "-production"]
        constraints = [
            models.UniqueConstraint(
                fields=["type", "app_name", "production"],
                name="gateway_app_once",
                violation_error_message=_("This app already exists."),
            )
        ]

    def __str__(self) -> str:
        return self.app_name or str(_("all other apps"))

    @property
    def keys_end_at(self) -> datetime | None:
        """Return when the app's certificate expires, or None if its keys do not expire."""
        if self.type != APN or self.apn_token_key or not self.apn_cert:
            return None
        try:
            return certificate_read(self.apn_cert).expires_at
        except ValidationError:
            return None

    def clean(self) -> None:
        """Check the values against each other; raises ValidationError by field name."""
        problems = self.keys_problems()
        if self.type == APN:
            if not self.app_name:
                problems["app_name"] = ValidationError(_("Enter the app's bundle id."))
            if not (self.apn_token_key or self.apn_cert):
                problems.setdefault("apn_token_key", ValidationError(_("Enter a token key or a certificate.")))
        elif not self.google_api_credentials:
            problems["google_api_credentials"] = ValidationError(_("Paste the service account's JSON."))
        if self.type == GCM and not self.production:
            problems["production"] = ValidationError(_("Only Apple has a development service."))
        if problems:
            raise ValidationError(problems)


class GatewayPush(models.Model):
    """One push from a workspace to one device token, with an identity that stays the same for all retries.

    The row is written before the push is sent, together with its reservation in the month's quota. Both are settled
    together when the provider has responded. Pushes without an identity get a generated one; their rows are deleted
    when they are settled.
    """

    workspace = models.ForeignKey(
        RegisteredWorkspace, models.CASCADE, related_name="+", db_index=False, verbose_name=_("workspace")
    )
    identity = models.CharField(_("identity"), max_length=64)
    token_digest = models.CharField(max_length=64, editable=False)
    taken_at = models.DateTimeField(_("taken"), default=timezone.now)
    # The request that is processing it.
    taken_by = models.CharField(max_length=32, blank=True, default="", editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    # The month of the quota that it counts against; None if it is not counted.
    month = models.DateField(_("month"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    app = models.CharField(_("app"), max_length=128, blank=True, default="")
    platform = models.CharField(_("platform"), max_length=3, blank=True, default="")

    class Meta:
        verbose_name = _("gateway push")
        verbose_name_plural = _("gateway pushes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "identity", "token_digest"], name="gateway_push_once")
        ]
        indexes = [
            models.Index(fields=["taken_at"], name="gateway_push_age"),
            models.Index(
                fields=["taken_at"], condition=models.Q(settled_at__isnull=True), name="gateway_push_unsettled"
            ),
        ]

    def __str__(self) -> str:
        return self.identity
