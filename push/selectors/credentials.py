"""The points of the checklist about the workspace's own keys, where it pushes without a gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import AppRoute, PushSettings
from push.providers.pem import certificate_read
from push.providers.routes import RouteKind
from push.selectors.checks import Check, Light, setting_step
from push.selectors.route_overview import Pause

EXPIRY_WARNING = timedelta(days=30)


def credential_checks(settings: PushSettings, paused: Mapping[str, Pause]) -> Iterator[Check]:
    """Yield a point for Apple and one for Google; `paused` are the paused routes by their keys."""
    for key, check in ((RouteKind.APPLE, apple_check(settings)), (RouteKind.GOOGLE, _google(settings))):
        yield pause_check(check.title, paused[key]) if key in paused and check.light != Light.RED else check


def pause_check(title: str | Promise, pause: Pause) -> Check:
    """Return the point of a paused route; it is never green, whatever its credentials look like."""
    return Check(Light.RED, title, pause.sentence, pause.step_url, pause.step)


def apple_check(settings: PushSettings | AppRoute) -> Check:
    """Return the point of the keys to Apple's service, of the settings or of an app's own route."""
    title: str | Promise = gettext_lazy("Apple credentials")
    if isinstance(settings, AppRoute):
        title = _("Apple credentials of %(app)s") % {"app": settings.app_name}
    if settings.apn_token_key:
        if settings.apn_token_key_id and settings.apn_team_id:
            return Check(Light.GREEN, title, _("Token key; it does not expire."))
        step = step_of(settings, "apn_token_key_id")
        return Check(Light.RED, title, _("The token key needs its key id and team id."), *step)
    prefix = "apn" if settings.production or isinstance(settings, AppRoute) else "apn_dev"
    certificate, key = getattr(settings, f"{prefix}_cert"), getattr(settings, f"{prefix}_key")
    step = step_of(settings, f"{prefix}_cert")
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


def step_of(source: PushSettings | AppRoute, name: str) -> tuple[str, str]:
    """Return the address and name of where a key is put right."""
    if isinstance(source, AppRoute):
        return reverse("admin:push_approute_change", args=[source.pk]), source.app_name
    return setting_step(f"Push_{name}")


def _google(settings: PushSettings) -> Check:
    title = gettext_lazy("Google credentials")
    if settings.google_api_credentials:
        return Check(Light.GREEN, title, _("The service account is set."))
    return Check(Light.RED, title, _("No service account is set."), *setting_step("Push_google_api_credentials"))
