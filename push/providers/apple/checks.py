"""The checklist's point about the keys to Apple's service."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import AppRoute, PushSettings
from push.providers.pem import certificate_read
from push.selectors.checks import Check, Light, key_step

EXPIRY_WARNING = timedelta(days=30)


def apple_check(settings: PushSettings | AppRoute) -> Check:
    """Return the point of the keys to Apple's service, of the settings or of an app's own route."""
    title: str | Promise = gettext_lazy("Apple credentials")
    if isinstance(settings, AppRoute):
        title = _("Apple credentials of %(app)s") % {"app": settings.app_name}
    if settings.apn_token_key:
        if settings.apn_token_key_id and settings.apn_team_id:
            return Check(Light.GREEN, title, _("Token key; it does not expire."))
        step = key_step(settings, "apn_token_key_id")
        return Check(Light.RED, title, _("The token key needs its key id and team id."), *step)
    prefix = "apn" if settings.production or isinstance(settings, AppRoute) else "apn_dev"
    certificate, key = getattr(settings, f"{prefix}_cert"), getattr(settings, f"{prefix}_key")
    step = key_step(settings, f"{prefix}_cert")
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
