"""Reading who this workspace is to push services of browsers."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings

from cloud.models import SetupWizardSettings
from push.models import EndReason, PushSettings, VapidKeys
from push.providers.web_push.contact import subject_problem
from push.providers.web_push.vapid import VapidIdentity
from workspace.smtp.server import mail_server


def vapid_identity() -> VapidIdentity | EndReason:
    """Return the workspace's identity, or else that it has none which can be read."""
    keys = VapidKeys.objects.filter(pk=1).first()
    if keys is None or not keys.private_key:
        return EndReason.NO_WEB_PUSH_KEYS
    return VapidIdentity(keys.public_key, keys.private_key, vapid_subject())


def vapid_subject() -> str:
    """Return the contact that push services are given for this workspace (RFC 8292, 2.1).

    That is the setting's, else the first usable of the workspace's contact address, its site and the address that it
    sends e-mails from. Without any, that last one, which Apple's push service refuses.
    """
    if contact := PushSettings.current().web_push_contact:
        return contact
    contact, sender = SetupWizardSettings.current().organization_email, parseaddr(mail_server().sender)[1]
    candidates = (f"mailto:{contact}", settings.SITE_URL, f"mailto:{sender}")
    return next((candidate for candidate in candidates if not subject_problem(candidate)), candidates[-1])
