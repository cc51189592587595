"""The settings of an installation that serves as a cloud for other workspaces."""

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
    """Who may register, and the limits of the plans."""

    icon = "cloud_circle"
    role = Role.CLOUD

    email_registration = setting(
        models.BooleanField(
            _("Register by e-mail"),
            default=True,
            help_text=_("A workspace can register itself by confirming an e-mail address. Off: by token only."),
        ),
        id="Cloud_Service_Email_Registration",
        section=REGISTRATION,
    )
    open_registration = setting(
        models.BooleanField(
            _("Open registration"),
            default=False,
            help_text=_(
                "The gateway accepts pushes from any server that sends its unique id, without credentials and without "
                "agreement to the terms. A unique id is not a secret, so keep the limit low."
            ),
        ),
        id="Cloud_Service_Open_Registration",
        section=REGISTRATION,
    )
    open_limit = setting(
        models.PositiveIntegerField(_("Pushes per month, open registration"), default=1000, validators=[LIMIT_MAX]),
        id="Cloud_Service_Open_Limit",
        section=REGISTRATION,
        requires=("Cloud_Service_Open_Registration",),
    )
    open_workspaces = setting(
        models.PositiveIntegerField(
            _("Maximum number of servers, open registration"),
            default=100,
            validators=[MaxValueValidator(1_000_000)],
            help_text=_("Further servers are refused."),
        ),
        id="Cloud_Service_Open_Workspaces",
        section=REGISTRATION,
        requires=("Cloud_Service_Open_Registration",),
    )
    community_limit = setting(
        models.PositiveIntegerField(
            _("Pushes per month, community plan"),
            default=10_000,
            validators=[LIMIT_MAX],
            help_text=_("Each push that a provider accepts counts once. Months are in UTC."),
        ),
        id="Cloud_Service_Community_Limit",
        section=LIMITS,
    )
    rate_limit = setting(
        models.PositiveIntegerField(
            _("Pushes per minute"),
            default=60_000,
            validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
            help_text=_(
                "Applies to each workspace without its own limit. Pushes above it are refused with 429 and a wait time."
            ),
        ),
        id="Cloud_Service_Rate_Limit",
        section=LIMITS,
    )
    token_minutes = setting(
        models.PositiveIntegerField(
            _("Lifetime of access tokens in minutes"),
            default=60,
            validators=[MinValueValidator(15), MaxValueValidator(1440)],
        ),
        id="Cloud_Service_Token_Minutes",
        section=LIMITS,
    )

    class Meta:
        verbose_name = verbose_name_plural = _("Cloud for other workspaces")
