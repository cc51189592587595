"""The model fields for an app's keys for the push services of Apple and Google."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from push.providers.apple.credentials import apple_id_validator, certificate_pair_validate, token_key_validate
from push.providers.google.credentials import service_account_validate
from push.providers.pem import certificate_validate
from workspace.setting_groups import SecretField


class ProviderKeys(models.Model):
    """Abstract model with the credentials of one app for Apple, Google or both."""

    production = models.BooleanField(
        _("production"), default=True, help_text=_("Off: pushes go to Apple's development service.")
    )
    apn_token_key = SecretField(
        _("APN token key (.p8)"),
        validators=[token_key_validate],
        help_text=_("The content of the .p8 file. Used first."),
    )
    apn_token_key_id = models.CharField(
        _("APN token key id"),
        max_length=10,
        blank=True,
        default="",
        validators=[apple_id_validator],
        help_text=_("10 letters and digits, next to the key on Apple's developer site."),
    )
    apn_team_id = models.CharField(
        _("APN team id"),
        max_length=10,
        blank=True,
        default="",
        validators=[apple_id_validator],
        help_text=_("10 letters and digits, under Membership on Apple's developer site."),
    )
    apn_cert = SecretField(
        _("APN certificate"),
        validators=[certificate_validate],
        help_text=_("PEM; only used without a token key."),
    )
    apn_key = SecretField(_("APN key"), help_text=_("The certificate's private key, PEM."))
    apn_passphrase = SecretField(
        _("APN passphrase"), multiline=False, help_text=_("Decrypts the key, if it is encrypted.")
    )
    google_api_credentials = SecretField(
        _("FCM service account"),
        validators=[service_account_validate],
        help_text=_("The JSON file of the project's service account, from Google's console."),
    )

    class Meta:
        abstract = True

    def keys_problems(self) -> dict[str, Any]:
        """Return the errors of the combination of keys, by field name."""
        problems: dict[str, Any] = certificate_pair_validate(self, "apn", ["apn_key"])
        if self.apn_token_key and not self.apn_token_key_id:
            problems["apn_token_key_id"] = ValidationError(_("The token key needs its key id and team id."))
        if self.apn_token_key and not self.apn_team_id:
            problems["apn_team_id"] = ValidationError(_("The token key needs its key id and team id."))
        if bool(self.apn_cert) != bool(self.apn_key):
            missing = "apn_key" if self.apn_cert else "apn_cert"
            problems.setdefault(missing, ValidationError(_("A certificate needs its key, and a key its certificate.")))
        return problems
