"""The workspaces that are registered with this installation's cloud, and their credentials."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cloud.gateway_protocols import ROCKETCHAT, protocol_choices
from workspace.http_addresses import HttpAddressField
from workspace.ids import PublicIdField


class Plan(models.TextChoices):
    """The plan that a workspace has paid for."""

    COMMUNITY = "community", _("Community")
    PREMIUM = "premium", _("Premium")


class Admission(models.TextChoices):
    """How a workspace was registered."""

    EMAIL = "email", _("Confirmed by e-mail")
    TOKEN = "token", _("Registration token")
    CONSOLE = "console", _("Added in the console")
    OPEN = "open", _("Open registration")


class RegisteredWorkspace(models.Model):
    """A workspace that may use this installation's cloud and gateway."""

    public_id = PublicIdField()
    unique_id = models.CharField(_("unique id"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=255)
    site_url = HttpAddressField(_("address"), blank=True, default="")
    email = models.EmailField(_("contact"), blank=True, default="")
    admission = models.CharField(
        _("registered by"), max_length=8, choices=Admission.choices, default=Admission.CONSOLE, editable=False
    )
    # The gateway protocol that it speaks: a new protocol needs no migration.
    protocol = models.CharField(
        _("protocol"), max_length=16, default=ROCKETCHAT, db_default=ROCKETCHAT, choices=protocol_choices
    )
    client_secret_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    # Digest of the key in the gateway URL, for servers that cannot fetch access tokens.
    gateway_key_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)

    is_active = models.BooleanField(_("active"), default=True, help_text=_("A suspended workspace cannot push."))
    suspended_reason = models.CharField(_("reason"), max_length=255, blank=True, default="")
    plan = models.CharField(_("plan"), max_length=12, choices=Plan.choices, default=Plan.COMMUNITY)
    plan_ends_at = models.DateTimeField(
        _("plan ends"), null=True, blank=True, help_text=_("The community plan applies after that. Empty: no end.")
    )
    monthly_limit = models.PositiveIntegerField(
        _("pushes per month"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(1_000_000_000)],
        help_text=_("Empty: the plan's limit."),
    )
    modules: models.JSONField[Any, Any] = models.JSONField(_("modules"), default=list, blank=True)
    rate_limit = models.PositiveIntegerField(
        _("pushes per minute"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
        help_text=_("Empty: the limit in the settings."),
    )

    created_at = models.DateTimeField(_("registered"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last request"), null=True, editable=False)
    disconnected_at = models.DateTimeField(_("disconnected"), null=True, editable=False)
    # Another address that used this workspace's credentials: a copy of its database, or the workspace moved.
    other_url = HttpAddressField(_("seen at another address"), blank=True, default="", editable=False)
    other_url_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("registered workspace")
        verbose_name_plural = _("registered workspaces")
        ordering = ["pk"]
        indexes = [models.Index(fields=["name"], name="registered_workspace_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def client_id(self) -> str:
        """Return the OAuth 2.0 client id with which the workspace fetches access tokens."""
        return self.public_id

    def plan_at(self, at: datetime) -> str:
        """Return the plan that applies at a time."""
        ended = self.plan_ends_at is not None and self.plan_ends_at <= at
        return Plan.COMMUNITY if ended else self.plan


class AccessToken(models.Model):
    """A short-lived access token of a workspace; only its digest is stored."""

    workspace = models.ForeignKey(RegisteredWorkspace, models.CASCADE, related_name="+", verbose_name=_("workspace"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    ends_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.ends_at:%Y-%m-%d %H:%M}"


class RegistrationRequest(models.Model):
    """A workspace's request to be registered, until its e-mail is confirmed and it has fetched its credentials."""

    public_id = PublicIdField()
    unique_id = models.CharField(_("unique id"), max_length=64, db_index=True)
    name = models.CharField(_("name"), max_length=255)
    site_url = HttpAddressField(_("address"))
    email = models.EmailField(_("e-mail"))
    secret_digest = models.CharField(max_length=64, editable=False)
    confirmation_digest = models.CharField(max_length=64, unique=True, editable=False)
    # Shown on the workspace's page and in the e-mail, so that the user can compare.
    code = models.CharField(_("code"), max_length=9)
    created_at = models.DateTimeField(_("requested"), default=timezone.now, db_index=True)
    ends_at = models.DateTimeField(_("expires"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    finished_at = models.DateTimeField(_("fetched"), null=True, blank=True)

    class Meta:
        verbose_name = _("registration request")
        verbose_name_plural = _("registration requests")
        default_permissions = ("view",)
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.email


class RegistrationToken(models.Model):
    """A token from the console with which one workspace can register without an e-mail. It works once."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    note = models.CharField(_("issued to"), max_length=255, blank=True, default="")
    plan = models.CharField(_("plan"), max_length=12, choices=Plan.choices, default=Plan.COMMUNITY)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    ends_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, editable=False)
    workspace = models.ForeignKey(
        RegisteredWorkspace, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("used by")
    )

    class Meta:
        verbose_name = _("registration token")
        verbose_name_plural = _("registration tokens")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.note or str(self.pk)
