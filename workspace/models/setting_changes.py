"""The history of the settings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.permissions import declared, permission
from workspace.secret_addresses import SecretAddressJsonField


class ChangeSource(models.TextChoices):
    """The origin of a change of a setting."""

    ADMIN = "admin", _("Settings screen")
    API = "api", _("API")
    REVERT = "revert", _("Revert")
    COMMAND = "command", _("Command line")
    CLOUD = "cloud", _("Cloud connection")


class SettingChange(models.Model):
    """A change of one setting.

    The values of secrets are not stored, only their fingerprints. Addresses that contain secrets are stored encrypted,
    so that a change can be reverted.
    """

    setting_id = models.CharField(_("setting"), max_length=100)
    before = SecretAddressJsonField(_("from"), null=True)
    after = SecretAddressJsonField(_("to"), null=True)
    secret = models.BooleanField(_("secret"), default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    actor_name = models.CharField(
        _("name at the time"),
        max_length=64,
        blank=True,
        help_text=_("Remains after the account is deleted. Empty for the system itself."),
    )
    source = models.CharField(_("source"), max_length=8, choices=ChangeSource.choices)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("change of a setting")
        verbose_name_plural = _("changes of settings")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = declared(
            permission(
                "view_privileged_setting", "May view the workspace's settings", checked_in="workspace.services.settings"
            ),
            permission(
                "edit_privileged_setting", "May edit the workspace's settings", checked_in="workspace.services.settings"
            ),
        )
        indexes = [models.Index(fields=["setting_id", "-id"], name="setting_change_of_setting")]

    def __str__(self) -> str:
        return f"{self.setting_id} {self.at:%Y-%m-%d %H:%M}"
