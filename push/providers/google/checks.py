"""The checklist's point about the keys to Google's service."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.models import AppRoute, PushSettings
from push.selectors.checks import Check, Light, key_step


def google_check(settings: PushSettings | AppRoute) -> Check:
    """Return the point of the service account, of the settings or of an app's own route."""
    title = gettext_lazy("Google credentials")
    if settings.google_api_credentials:
        return Check(Light.GREEN, title, _("The service account is set."))
    return Check(Light.RED, title, _("No service account is set."), *key_step(settings, "google_api_credentials"))
