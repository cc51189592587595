"""The points of the checklist about the workspace's own keys, where it pushes without a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.credentials import certificate_read
from push.models import PushSettings
from push.selectors.checks import Check, Light, setting_step

EXPIRY_WARNING = timedelta(days=30)


def credential_checks(settings: PushSettings) -> Iterator[Check]:
    """Yield a point for Apple and one for Google."""
    yield _apple(settings)
    yield _google(settings)


def _apple(settings: PushSettings) -> Check:
    title = gettext_lazy("Apple credentials")
    if settings.apn_token_key:
        if settings.apn_token_key_id and settings.apn_team_id:
            return Check(Light.GREEN, title, _("Token key; it does not expire."))
        return Check(
            Light.RED, title, _("The token key needs its key id and team id."), *setting_step("Push_apn_token_key_id")
        )
    prefix = "apn" if settings.production else "apn_dev"
    certificate, key = getattr(settings, f"{prefix}_cert"), getattr(settings, f"{prefix}_key")
    step = setting_step(f"Push_{prefix}_cert")
    if not (certificate and key):
        return Check(Light.RED, title, _("Neither a token key, nor a certificate with its key, is set."), *step)
    try:
        expires_at = certificate_read(certificate).expires_at
    except ValidationError as error:
        return Check(Light.RED, title, " ".join(error.messages), *step)
    day = {"day": date_format(expires_at)}
    if expires_at <= timezone.now():
        return Check(Light.RED, title, _("The certificate expired on %(day)s.") % day, *step)
    light = Light.AMBER if expires_at - timezone.now() < EXPIRY_WARNING else Light.GREEN
    return Check(light, title, _("The certificate expires on %(day)s.") % day, *step)


def _google(settings: PushSettings) -> Check:
    title = gettext_lazy("Google credentials")
    if settings.google_api_credentials:
        return Check(Light.GREEN, title, _("The service account is set."))
    return Check(Light.RED, title, _("No service account is set."), *setting_step("Push_google_api_credentials"))
