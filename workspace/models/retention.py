"""The settings at Administration > Workspace > Settings > Retention."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.roles import Role
from workspace.setting_groups import SettingsGroup, setting

ACTIVITY = _("Notifications and e-mails")
PEOPLE = _("People")
MAX_DAYS = MaxValueValidator(3650)


class RetentionSettings(SettingsGroup):
    """For how many days each kind of record is stored before it is deleted."""

    icon = "auto_delete"
    role = Role.ANY

    notification_days = setting(
        models.PositiveIntegerField(
            _("Notifications"),
            default=0,
            validators=[MAX_DAYS],
            help_text=_(
                "Days that finished notifications, their deliveries, the decisions and the history that explains them "
                "are stored. 0: as long as RETENTION_DAYS in the environment says, by default 30."
            ),
        ),
        id="Retention_Notifications",
        section=ACTIVITY,
    )
    mail_days = setting(
        models.PositiveIntegerField(
            _("E-mails"),
            default=0,
            validators=[MAX_DAYS],
            help_text=_("Days that e-mails are stored if there is no mail server. 0: as RETENTION_DAYS."),
        ),
        id="Retention_Mails",
        section=ACTIVITY,
    )
    webhook_days = setting(
        models.PositiveIntegerField(
            _("Outgoing webhooks"),
            default=14,
            validators=[MinValueValidator(4), MAX_DAYS],
            help_text=_("Days that events for other programs, and the tries to deliver them, are stored."),
        ),
        id="Retention_Outgoing_Webhooks",
        section=ACTIVITY,
    )
    traffic_days = setting(
        models.PositiveIntegerField(
            _("Traffic"),
            default=0,
            validators=[MAX_DAYS],
            help_text=_("Days that pushes of the gateway and of simulated phones are stored. 0: as RETENTION_DAYS."),
        ),
        id="Retention_Traffic",
        section=ACTIVITY,
    )
    statistics_days = setting(
        models.PositiveIntegerField(
            _("Statistics"),
            default=400,
            # Processes of the previous version add the row without it.
            db_default=400,
            validators=[MinValueValidator(1), MAX_DAYS],
            help_text=_("Days that the dashboard's hourly statistics are stored. They contain no names and no texts."),
        ),
        id="Retention_Statistics",
        section=ACTIVITY,
    )
    device_days = setting(
        models.PositiveIntegerField(
            _("Disabled devices"),
            default=0,
            validators=[MAX_DAYS],
            help_text=_("Days that devices whose token is no longer valid are stored. 0: as RETENTION_DAYS."),
        ),
        id="Retention_Devices",
        section=PEOPLE,
    )
    sign_in_days = setting(
        models.PositiveIntegerField(
            _("Sign-ins"),
            default=365,
            validators=[MinValueValidator(1), MAX_DAYS],
            help_text=_(
                "Days after their last use that the networks of sign-ins are stored, as digests, and failed sign-ins."
            ),
        ),
        id="Retention_Sign_Ins",
        section=PEOPLE,
    )
    report_days = setting(
        models.PositiveIntegerField(
            _("Reports"),
            default=0,
            validators=[MAX_DAYS],
            help_text=_("Days that reports of messages are stored after they were dismissed. 0: as RETENTION_DAYS."),
        ),
        id="Retention_Reports",
        section=PEOPLE,
    )
    access_days = setting(
        models.PositiveIntegerField(
            _("Message access log"),
            default=365,
            validators=[MinValueValidator(30), MAX_DAYS],
            help_text=_("Days that the records of who has read other people's messages are stored."),
        ),
        id="Retention_Message_Access",
        section=PEOPLE,
    )
    export_days = setting(
        models.PositiveIntegerField(
            _("Data exports"),
            default=7,
            validators=[MinValueValidator(1), MaxValueValidator(90)],
            help_text=_("Days that the file with a person's data can be downloaded."),
        ),
        id="Retention_Data_Exports",
        section=PEOPLE,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Retention")

    @classmethod
    def begin(cls, kind: str) -> datetime:
        """Return the time before which records of a kind, such as `mail`, are deleted.

        Kinds without a setting are stored for `RETENTION_DAYS`.
        """
        number = getattr(cls.current(), f"{kind}_days", 0) or settings.RETENTION_DAYS
        return timezone.now() - timedelta(days=number)
