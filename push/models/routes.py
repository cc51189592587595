"""Routes of single apps that override the Push settings, and the state of routes that are paused."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from push.models.gateway_addresses import gateways_validate
from push.models.keys import ProviderKeys
from workspace.secret_addresses import SecretAddressLinesField


class AppRouteKind(models.TextChoices):
    """How pushes for an app are delivered."""

    DIRECT = "direct", _("Apple and Google directly")
    GATEWAY = "gateway", _("Gateway")


class AppRoute(ProviderKeys):
    """The route to the devices of one app, overriding the Push settings."""

    app_name = models.CharField(
        _("app name"),
        max_length=255,
        unique=True,
        validators=[RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", _("Letters, digits, dots and hyphens only."))],
        help_text=_("The app's bundle id (Apple) or package id (Google), such as org.example.chat."),
    )
    kind = models.CharField(_("delivery"), max_length=8, choices=AppRouteKind.choices, default=AppRouteKind.DIRECT)
    gateway = SecretAddressLinesField(
        _("gateway"),
        blank=True,
        default="",
        validators=[MaxLengthValidator(2000), gateways_validate],
        help_text=_("One address per line. If one cannot be reached, the next is tried."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ["app_name"]

    def __str__(self) -> str:
        return self.app_name

    def clean(self) -> None:
        """Check the values against each other; raises ValidationError by field name."""
        problems = self.keys_problems()
        if self.kind == AppRouteKind.GATEWAY and not self.gateway.strip():
            problems["gateway"] = ValidationError(_("Enter at least one gateway address."))
        if self.kind == AppRouteKind.DIRECT and not (
            self.apn_token_key or self.apn_cert or self.google_api_credentials
        ):
            problems["kind"] = ValidationError(_("Enter credentials for Apple, for Google, or for both."))
        if problems:
            raise ValidationError(problems)


class RouteState(models.Model):
    """A route, or one app on it, whose responses indicate a misconfiguration: it is first suspected, then paused.

    A route that works has no row. `fingerprint` identifies the addresses and credentials that got these responses; with
    others it counts as another route.
    """

    key = models.CharField(_("route"), max_length=300)
    app_name = models.CharField(_("app name"), max_length=255, blank=True, help_text=_("Empty for the whole route."))
    fingerprint = models.CharField(max_length=64, editable=False)
    suspects: models.JSONField[Any, Any] = models.JSONField(default=list, editable=False)
    suspected_at = models.DateTimeField(default=timezone.now, editable=False)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    detail = models.CharField(_("detail"), max_length=255, blank=True)
    paused_at = models.DateTimeField(_("paused"), null=True)
    probes = models.PositiveSmallIntegerField(_("probes"), default=0)
    probe_at = models.DateTimeField(_("next probe"), null=True)

    class Meta:
        verbose_name = _("route state")
        verbose_name_plural = _("route states")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["key", "app_name"], name="route_state_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.app_name}".strip()
