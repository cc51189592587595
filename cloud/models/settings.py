"""The settings on the page Administration > Workspace > Settings > Setup Wizard."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cloud.models.terms import TermsConsent
from workspace.secret_addresses import SecretAddressField
from workspace.setting_groups import SettingsGroup, setting

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

CLOUD_INFO = _("Cloud Info")
ORGANIZATION_INFO = _("Organization Info")


class OrganizationType(models.TextChoices):
    """What kind of organization runs the workspace."""

    COMMUNITY = "community", _("Community")
    ENTERPRISE = "enterprise", _("Enterprise")
    GOVERNMENT = "government", _("Government")
    NONPROFIT = "nonprofit", _("Nonprofit")


class SetupWizardSettings(SettingsGroup):
    """The registration with the cloud, and details of the organization."""

    icon = "cloud"

    register_server = setting(
        models.BooleanField(
            _("Register Server"), default=False, help_text=_("Required for the push gateway and other cloud services.")
        ),
        id="Register_Server",
        section=CLOUD_INFO,
    )
    privacy_terms_agreed = setting(
        models.BooleanField(
            _("Cloud Service Privacy Terms Agreement"),
            default=False,
            help_text=_("Required for the push gateway and other cloud services."),
        ),
        id="Cloud_Service_Agree_PrivacyTerms",
        section=CLOUD_INFO,
        requires=("Register_Server",),
    )
    cloud_url = setting(
        SecretAddressField(
            _("Cloud"),
            blank=True,
            default="",
            help_text=_("The cloud with which this workspace registers. Empty: this installation, if it is a cloud."),
        ),
        id="Cloud_Url",
        section=CLOUD_INFO,
    )
    quota_reserved = setting(
        models.PositiveSmallIntegerField(
            _("Quota reserved for direct messages and mentions"),
            default=0,
            validators=[MaxValueValidator(50)],
            help_text=_(
                "Percentage of the month's pushes reserved for direct messages and mentions by name. When only this "
                "much is left, the gateway refuses other pushes. 0: nothing is reserved."
            ),
        ),
        id="Cloud_Push_Quota_Reserved",
        section=CLOUD_INFO,
        requires=("Register_Server",),
    )
    survey_enabled = setting(
        models.BooleanField(
            _("Surveys"),
            default=False,
            help_text=_("Only for compatibility with clients. This server does not run surveys."),
        ),
        id="Nps_survey_enabled",
        section=CLOUD_INFO,
    )
    organization_type = setting(
        models.CharField(
            _("Organization type"), max_length=12, blank=True, default="", choices=OrganizationType.choices
        ),
        id="Organization_Type",
        section=ORGANIZATION_INFO,
    )
    organization_name = setting(
        models.CharField(_("Organization name"), max_length=255, blank=True, default=""),
        id="Organization_Name",
        section=ORGANIZATION_INFO,
    )
    organization_email = setting(
        models.EmailField(
            _("Contact e-mail"),
            blank=True,
            default="",
            help_text=_("The cloud sends e-mails about this workspace's registration to this address."),
        ),
        id="Organization_Email",
        section=ORGANIZATION_INFO,
    )
    industry = setting(
        models.CharField(_("Industry"), max_length=255, blank=True, default=""),
        id="Industry",
        section=ORGANIZATION_INFO,
    )
    size = setting(
        models.PositiveIntegerField(
            _("Size"),
            default=0,
            validators=[MaxValueValidator(10_000_000)],
            help_text=_("Number of people in the organization. 0: not specified."),
        ),
        id="Size",
        section=ORGANIZATION_INFO,
    )
    country = setting(
        models.CharField(_("Country"), max_length=120, blank=True, default=""),
        id="Country",
        section=ORGANIZATION_INFO,
    )
    website = setting(
        models.URLField(_("Website"), blank=True, default=""),
        id="Website",
        section=ORGANIZATION_INFO,
    )

    terms_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    terms_agreed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("Setup Wizard")

    def changes_accept(self, changed: Collection[str], actor: AbstractBaseUser | None) -> Collection[str]:
        if "privacy_terms_agreed" not in changed:
            return ()
        agreed = self.privacy_terms_agreed
        self.terms_agreed_at = timezone.now() if agreed else None
        self.terms_agreed_by_id = actor.pk if agreed and actor else None
        TermsConsent.record(actor, is_withdrawal=not agreed)
        return ("terms_agreed_at", "terms_agreed_by")

    def notes(self) -> Mapping[str, str | Promise]:
        if not self.privacy_terms_agreed or not self.terms_agreed_at:
            return {}
        when = localize(timezone.localtime(self.terms_agreed_at))
        who = self.terms_agreed_by or gettext("the set-up")
        return {"privacy_terms_agreed": gettext("Agreed by %(who)s on %(when)s.") % {"who": who, "when": when}}
