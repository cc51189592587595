"""The General settings."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.ids import public_id_new
from workspace.setting_groups import SettingsGroup, setting
from workspace.time_zones import time_zone_validate

NOTIFICATIONS = _("Notifications")
REST_API = _("REST API")


class BusySilences(models.TextChoices):
    """The channels that the status "Busy" silences."""

    DESKTOP_AND_PUSH = "desktop_and_push", _("Desktop and push notifications")
    DESKTOP = "desktop", _("Desktop notifications only")


class GeneralSettings(SettingsGroup):
    """Administration > Workspace > Settings > General."""

    icon = "tune"

    site_name = setting(
        models.CharField(
            _("Site name"),
            max_length=120,
            default="Callboard",
            help_text=_("The name of this workspace in clients."),
        ),
        id="Site_Name",
        public=True,
    )
    unique_id = setting(
        models.CharField(
            _("Unique id"),
            max_length=17,
            default=public_id_new,
            editable=False,
            help_text=_("Identifies this workspace to clients, clouds and gateways."),
        ),
        id="uniqueID",
        public=True,
    )
    use_real_name = setting(
        models.BooleanField(
            _("Use real name"), default=False, help_text=_("Show users' real names instead of their usernames.")
        ),
        id="UI_Use_Real_Name",
        public=True,
    )
    language = setting(
        models.CharField(
            _("Language"),
            max_length=12,
            choices=settings.LANGUAGES,
            default=settings.LANGUAGE_CODE,
            help_text=_("For notifications and e-mails to users who have not chosen one."),
        ),
        id="Language",
        public=True,
    )
    time_zone = setting(
        models.CharField(
            _("Time zone"),
            max_length=64,
            default="UTC",
            validators=[time_zone_validate],
            help_text=_("For users who have not chosen one, such as Europe/Berlin."),
        ),
        id="Default_Custom_Timezone",
        public=True,
    )
    max_room_members = setting(
        models.PositiveIntegerField(
            _("Max room members before disabling all message notifications"),
            default=100,
            validators=[MaxValueValidator(1_000_000)],
            help_text=_(
                "In larger rooms, members are notified of mentions only, unless they have "
                "changed this for the room. 0: no limit."
            ),
        ),
        id="Notifications_Max_Room_Members",
        section=NOTIFICATIONS,
    )
    busy_silences = setting(
        models.CharField(
            _("Silenced while busy"),
            max_length=16,
            choices=BusySilences.choices,
            default=BusySilences.DESKTOP_AND_PUSH,
            help_text=_("The notifications that members with the status Busy do not receive."),
        ),
        id="Notifications_Busy_Silences",
        section=NOTIFICATIONS,
    )

    api_default_count = setting(
        models.PositiveIntegerField(
            _("Items per page"),
            default=50,
            validators=[MinValueValidator(1), MaxValueValidator(1000)],
            help_text=_("The number of items in an API list if the client does not specify it."),
        ),
        id="API_Default_Count",
        section=REST_API,
    )
    api_allow_infinite_count = setting(
        models.BooleanField(
            _("Allow lists of any length"),
            default=True,
            help_text=_("A client that requests 0 items receives all of them, at most 10,000. Off: none."),
        ),
        id="API_Allow_Infinite_Count",
        section=REST_API,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("General")
