"""Incoming webhooks, and what became of their last calls."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.ids import PublicIdField
from workspace.models.accounts import User
from workspace.permissions import declared, permission

MAX_CALLS_PER_MINUTE = 6000


class Integration(models.Model):
    """An address to which another program posts messages. They appear under the name of a bot account.

    Only a digest of its token is stored.
    """

    public_id = PublicIdField()
    name = models.CharField(_("name"), max_length=120)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    user = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="integrations",
        verbose_name=_("account"),
        help_text=_("The messages are posted by this account."),
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("created by"))
    channels = models.CharField(
        _("rooms"),
        max_length=1000,
        help_text=_("Where messages are posted: #room or @username, several with commas between them."),
    )
    may_choose_room = models.BooleanField(
        _("calls may name other rooms"),
        default=False,
        help_text=_("Anyone who has the address can then post to every channel and write to every member."),
    )
    alias = models.CharField(
        _("alias"), max_length=255, blank=True, help_text=_("Shown instead of the account's name.")
    )
    emoji = models.CharField(
        _("emoji"), max_length=64, blank=True, help_text=_("Shown instead of a picture, such as :bell:.")
    )
    avatar = models.CharField(
        _("picture"),
        max_length=1000,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("The address of a picture for the messages."),
    )
    calls_per_minute = models.PositiveIntegerField(
        _("calls per minute"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_CALLS_PER_MINUTE)],
        help_text=_("Further calls are answered with 429."),
    )
    token_digest = models.CharField(_("digest of the token"), max_length=64, editable=False)
    token_end = models.CharField(_("end of the token"), max_length=4, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("incoming webhook")
        verbose_name_plural = _("incoming webhooks")
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = declared(
            permission(
                "manage_incoming_integrations",
                "May manage all incoming webhooks",
                checked_in="workspace.selectors.integrations",
            ),
            permission(
                "manage_own_incoming_integrations",
                "May manage their own incoming webhooks",
                checked_in="workspace.selectors.integrations",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def targets(self) -> list[str]:
        """Return the rooms and people to post to, such as `#alerts`."""
        return [target for part in self.channels.split(",") if (target := part.strip())]


class IntegrationCall(models.Model):
    """A call of an incoming webhook, and its outcome. The last ones are stored, without their contents."""

    integration = models.ForeignKey(Integration, models.CASCADE, related_name="calls", verbose_name=_("webhook"))
    called_at = models.DateTimeField(_("time"), default=timezone.now)
    status = models.PositiveSmallIntegerField(_("status"))
    error = models.CharField(_("error"), max_length=255, blank=True)
    format = models.CharField(_("format"), max_length=32, blank=True)
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    message_ids = models.CharField(_("messages"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.status} {self.error}".strip()
