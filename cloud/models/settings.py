"""The settings Setup Wizard > Cloud Info."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups import SettingsGroup, setting

CLOUD_INFO = _("Cloud Info")


class SetupWizardSettings(SettingsGroup):
    """Administration > Workspace > Settings > Setup Wizard."""

    register_server = setting(
        models.BooleanField(
            _("Register Server"), default=False, help_text=_("Needed for the push gateway and other cloud services.")
        ),
        id="Register_Server",
        section=CLOUD_INFO,
    )
    privacy_terms_agreed = setting(
        models.BooleanField(
            _("Cloud Service Privacy Terms Agreement"),
            default=False,
            help_text=_("Without it, the push gateway and other cloud services are not used."),
        ),
        id="Cloud_Service_Agree_PrivacyTerms",
        section=CLOUD_INFO,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Setup Wizard")
