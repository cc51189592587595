"""The settings of an installation that is other workspaces' cloud."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.roles import Role
from workspace.setting_groups import SettingsGroup, setting

REGISTRATION = _("Registration")
LIMITS = _("Limits")
LIMIT_MAX = MaxValueValidator(1_000_000_000)


class CloudServiceSettings(SettingsGroup):
    """Who may register, and what the plans bring."""

    icon = "cloud_circle"
    role = Role.CLOUD

    email_registration = setting(
        models.BooleanField(
            _("Register by e-mail"),
            default=True,
            help_text=_("A workspace registers itself once its e-mail address is confirmed. Off: by token only."),
        ),
        id="Cloud_Service_Email_Registration",
        section=REGISTRATION,
    )
    open_registration = setting(
        models.BooleanField(
            _("Open registration"),
            default=False,
            help_text=_(
                "The gateway takes pushes of any server that names its unique id, without credentials and without "
                "agreed terms. A unique id is no secret: keep the limit low."
            ),
        ),
        id="Cloud_Service_Open_Registration",
        section=REGISTRATION,
    )
    open_limit = setting(
        models.PositiveIntegerField(_("Pushes a month, open registration"), default=1000, validators=[LIMIT_MAX]),
        id="Cloud_Service_Open_Limit",
        section=REGISTRATION,
        requires=("Cloud_Service_Open_Registration",),
    )
    open_workspaces = setting(
        models.PositiveIntegerField(
            _("Servers, open registration"),
            default=100,
            validators=[MaxValueValidator(1_000_000)],
            help_text=_("No further server is let in once there are this many."),
        ),
        id="Cloud_Service_Open_Workspaces",
        section=REGISTRATION,
        requires=("Cloud_Service_Open_Registration",),
    )
    community_limit = setting(
        models.PositiveIntegerField(
            _("Pushes a month, community"),
            default=10_000,
            validators=[LIMIT_MAX],
            help_text=_("What a provider accepted counts, once for each push; months are those of UTC."),
        ),
        id="Cloud_Service_Community_Limit",
        section=LIMITS,
    )
    rate_limit = setting(
        models.PositiveIntegerField(
            _("Pushes a minute"),
            default=60_000,
            validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
            help_text=_("Of each workspace that has no limit of its own; beyond it, it is told to wait."),
        ),
        id="Cloud_Service_Rate_Limit",
        section=LIMITS,
    )
    token_minutes = setting(
        models.PositiveIntegerField(
            _("Access tokens hold, minutes"),
            default=60,
            validators=[MinValueValidator(15), MaxValueValidator(1440)],
        ),
        id="Cloud_Service_Token_Minutes",
        section=LIMITS,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Cloud for other workspaces")
