from cloud.models.audit import CloudEvent, EventKind
from cloud.models.connection import CloudConnection, PendingRegistration
from cloud.models.licence import InstalledLicence, LicenceSource, SigningKey
from cloud.models.registration import (
    AccessToken,
    Admission,
    Plan,
    RegisteredWorkspace,
    RegistrationRequest,
    RegistrationToken,
)
from cloud.models.service import CloudServiceSettings
from cloud.models.settings import SetupWizardSettings
from cloud.models.terms import CloudTerms, Terms, TermsAgreement, TermsConsent
from cloud.models.usage import Outcome, OwnQuota, QuotaMonth, QuotaNotice, UsageCount

__all__ = [
    "AccessToken",
    "Admission",
    "CloudConnection",
    "CloudEvent",
    "CloudServiceSettings",
    "CloudTerms",
    "EventKind",
    "InstalledLicence",
    "LicenceSource",
    "Outcome",
    "OwnQuota",
    "PendingRegistration",
    "Plan",
    "QuotaMonth",
    "QuotaNotice",
    "RegisteredWorkspace",
    "RegistrationRequest",
    "RegistrationToken",
    "SetupWizardSettings",
    "SigningKey",
    "Terms",
    "TermsAgreement",
    "TermsConsent",
    "UsageCount",
]
