"""Outgoing webhooks: the endpoints of other programs, the events for them, and every try to deliver one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.permissions import declared, permission
from workspace.setting_groups import SecretField, SettingsGroup, setting
from workspace.stored_json import value_or


class WebhookEvent(models.TextChoices):
    """What endpoints can be informed of. docs/events.md describes the data of each."""

    SENT = "notification.sent", _("A notification was sent")
    FAILED = "notification.failed", _("A notification failed")
    RECEIVED = "notification.received", _("A device confirmed a notification")
    DEVICE_REMOVED = "device.removed", _("A device was removed or is no longer valid")
    ROUTE_PAUSED = "route.paused", _("A route was paused")
    QUOTA_WARNING = "quota.warning", _("Most of this month's pushes are used")
    QUOTA_EXHAUSTED = "quota.exhausted", _("All of this month's pushes are used")


DISABLE_AFTER_DAYS = 5


class WebhookSettings(SettingsGroup):
    """The settings at Administration > Workspace > Settings > Outgoing webhooks."""

    icon = "webhook"

    disable_after_days = setting(
        models.PositiveSmallIntegerField(
            _("Disable failing webhooks after (days)"),
            default=DISABLE_AFTER_DAYS,
            validators=[MaxValueValidator(365)],
            help_text=_("A webhook is disabled if all its deliveries have failed for this time. 0: never."),
        ),
        id="Outgoing_Webhooks_Disable_After_Days",
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Outgoing webhooks")


# The type of the event that administrators send to try an endpoint.
TEST_EVENT = "webhook.test"


class WebhookEndpoint(models.Model):
    """An address of another program, which is sent events in the format of Standard Webhooks.

    While the secret is being replaced, events are signed with the earlier one too, until `previous_secret_until`.
    """

    public_id = PublicIdField()
    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(
        _("address"),
        max_length=2048,
        help_text=_(
            "Begins with https://. The host must be on the public internet, or be listed in WEB_PUSH_PRIVATE_HOSTS."
        ),
    )
    events: models.JSONField[Any, Any] = models.JSONField(_("events"), default=list)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    secret = SecretField(_("secret"), editable=False)
    previous_secret = SecretField(_("earlier secret"), editable=False)
    previous_secret_until = models.DateTimeField(null=True, editable=False)
    # When deliveries began to fail; empty after one that succeeded.
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    # Why it was disabled, if no administrator did it.
    disabled_reason = models.CharField(_("disabled because"), max_length=255, blank=True, editable=False)
    # Events that were not stored because too many were waiting.
    dropped = models.PositiveIntegerField(_("dropped events"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("outgoing webhook")
        verbose_name_plural = _("outgoing webhooks")
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = declared(
            permission(
                "manage_outgoing_integrations",
                "May manage outgoing webhooks and see their deliveries",
                checked_in="push.admin.webhooks",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def event_types(self) -> list[str]:
        """Return the types of events that it is sent."""
        return value_or(list[str], self.events, [], name="WebhookEndpoint.events")

    @property
    def host(self) -> str:
        """Return the host of the address; the rest may contain a password."""
        return urlsplit(self.url).netloc

    def secrets_at(self, now: datetime) -> list[str]:
        """Return the secrets to sign with: the current one, and the earlier one while it is being replaced."""
        is_replaced = self.previous_secret and self.previous_secret_until and now < self.previous_secret_until
        return [self.secret, self.previous_secret] if is_replaced else [self.secret]


class WebhookDelivery(models.Model):
    """One event for one endpoint. `next_at` is when it is sent, or again; empty when it is delivered or given up."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")

    # Without a constraint: an endpoint that is removed at this moment must not break what caused the event. The rows
    # of a removed endpoint are not shown, and are deleted in batches.
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        models.DO_NOTHING,
        related_name="deliveries",
        db_constraint=False,
        db_index=False,
        verbose_name=_("webhook"),
    )
    # The receiver recognizes a repeated event by it (`webhook-id`).
    event_id = models.CharField(_("id of the event"), max_length=64)
    type = models.CharField(_("event"), max_length=32)
    body = models.TextField(_("contents"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    tries_made = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"), null=True, default=timezone.now)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery of a webhook")
        verbose_name_plural = _("deliveries of webhooks")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_event_once")]
        indexes = [
            models.Index(
                fields=["endpoint", "next_at"],
                condition=models.Q(next_at__isnull=False),
                name="webhook_delivery_due",
            ),
            models.Index(fields=["created_at"], name="webhook_delivery_created"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class WebhookTry(models.Model):
    """One request for a delivery, and its outcome."""

    delivery = models.ForeignKey(
        WebhookDelivery, models.CASCADE, related_name="tries", verbose_name=_("delivery of a webhook")
    )
    started_at = models.DateTimeField(_("time"), default=timezone.now)
    seconds = models.FloatField(_("seconds"))
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    error = models.CharField(_("error"), max_length=255, blank=True)
    excerpt = models.CharField(
        _("answer"), max_length=300, blank=True, help_text=_("The beginning of the answer, without secrets.")
    )

    class Meta:
        verbose_name = _("try")
        verbose_name_plural = _("tries")
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.status or self.error)
