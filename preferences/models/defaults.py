"""The workspace's defaults: Administration > Workspace > Settings > Accounts."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from preferences.models.choices import Level
from workspace.models.presence import DEFAULT_IDLE_LIMIT
from workspace.setting_groups import SettingsGroup, setting

DEFAULT_USER_PREFERENCES = _("Default User Preferences")
PREFIX = "Accounts_Default_User_Preferences_"


class AccountsSettings(SettingsGroup):
    """What holds for every account that has not chosen otherwise."""

    allow_email = setting(
        models.BooleanField(_("Allow e-mail notifications"), default=True), id="Accounts_AllowEmailNotifications"
    )
    desktop = setting(
        models.CharField(_("Desktop notifications"), max_length=8, choices=Level.choices, default=Level.ALL),
        id=PREFIX + "desktopNotifications",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    push = setting(
        models.CharField(
            _("Mobile Notifications Default Alert"), max_length=8, choices=Level.choices, default=Level.ALL
        ),
        id=PREFIX + "pushNotifications",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    email = setting(
        models.CharField(_("E-mail notifications"), max_length=8, choices=Level.choices, default=Level.MENTIONS),
        id=PREFIX + "emailNotificationMode",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    always_display_mobile = setting(
        models.BooleanField(
            _("Always display mobile notifications"),
            default=True,
            help_text=_("Off: no push to a member who is online at the moment of sending."),
        ),
        id=PREFIX + "alwaysDisplayMobileNotifications",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    auto_away = setting(
        models.BooleanField(_("Auto away"), default=True),
        id=PREFIX + "enableAutoAway",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )
    idle_limit = setting(
        models.PositiveIntegerField(
            _("Idle time limit"),
            default=DEFAULT_IDLE_LIMIT,
            validators=[MaxValueValidator(86_400)],
            help_text=_("Seconds without activity until a member counts as away."),
        ),
        id=PREFIX + "idleTimeLimit",
        section=DEFAULT_USER_PREFERENCES,
        public=True,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Accounts")
