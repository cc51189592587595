"""The settings at Administration > Workspace > Settings > Mobile."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups import SettingsGroup, setting

SCREEN_LOCK = _("Screen lock")


class MobileSettings(SettingsGroup):
    """What the mobile apps may do. The apps read these settings and follow them."""

    icon = "smartphone"

    allow_save_media = setting(
        models.BooleanField(
            _("Allow Save Media to Gallery"),
            default=True,
            help_text=_("Users can save pictures and videos from rooms to the gallery of their phone."),
        ),
        id="Allow_Save_Media_to_Gallery",
        public=True,
    )
    quick_replies = setting(
        models.CharField(
            _("Quick replies"),
            max_length=255,
            blank=True,
            default="OK,Yes,No,On my way,Will follow up shortly",
            help_text=_("Replies that a watch suggests for a notification, separated by commas."),
        ),
        id="Apple_Watch_Quick_Actions",
        public=True,
    )
    force_screen_lock = setting(
        models.BooleanField(
            _("Force Screen Lock"),
            default=False,
            help_text=_("The apps ask for the passcode or biometrics when they are opened again."),
        ),
        id="Force_Screen_Lock",
        section=SCREEN_LOCK,
        public=True,
    )
    force_screen_lock_after = setting(
        models.PositiveIntegerField(
            _("Force Screen Lock After"),
            default=1800,
            validators=[MinValueValidator(1), MaxValueValidator(604_800)],
            help_text=_("Seconds since the app was last used; at most a week (604,800)."),
        ),
        id="Force_Screen_Lock_After",
        section=SCREEN_LOCK,
        public=True,
        requires=("Force_Screen_Lock",),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Mobile")
