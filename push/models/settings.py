"""The settings Administration > Workspace > Settings > Push."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups import SettingsGroup, setting

DEFAULT_GATEWAY = "https://gateway.rocket.chat"
PRIVACY = _("Privacy")


def gateways_validate(text: str) -> None:
    """Accept http(s) addresses, one a line, of hosts with or without a dot in their name."""
    lines = text.split()
    if not lines:
        raise ValidationError(_("Enter at least one gateway address."))
    check = URLValidator(schemes=["http", "https"])
    for line in lines:
        try:
            check(line)
        except ValidationError as error:
            raise ValidationError(
                _("%(address)s is not an address beginning with http:// or https://."), params={"address": line}
            ) from error


class PushSettings(SettingsGroup):
    """How push notifications leave the workspace, and what they reveal."""

    enable = setting(models.BooleanField(_("Enable"), default=True), id="Push_enable", public=True)
    enable_gateway = setting(
        models.BooleanField(
            _("Enable Gateway"),
            default=True,
            help_text=_("Push through a gateway that holds the app's keys. Needs registration and agreed terms."),
        ),
        id="Push_enable_gateway",
        requires=("Push_enable", "Register_Server", "Cloud_Service_Agree_PrivacyTerms"),
    )
    gateway = setting(
        models.TextField(
            _("Gateway"),
            default=DEFAULT_GATEWAY,
            validators=[gateways_validate],
            help_text=_("One address a line; the next is tried when one cannot be reached."),
        ),
        id="Push_gateway",
        requires=("Push_enable_gateway",),
    )
    show_username_room = setting(
        models.BooleanField(_("Show Channel/Group/Username in Notification"), default=True),
        id="Push_show_username_room",
        section=PRIVACY,
        public=True,
    )
    show_message = setting(
        models.BooleanField(_("Show Message in Notification"), default=True),
        id="Push_show_message",
        section=PRIVACY,
        public=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Push")
