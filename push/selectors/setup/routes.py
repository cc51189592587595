"""How pushes reach phones, as the wizard offers it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from push.models import PushSettings


class Way(models.TextChoices):
    """The ways that the wizard offers."""

    GATEWAY = "gateway", _("Through a push gateway")
    KEYS = "keys", _("With your own keys for Apple and Google")
    WEB = "web", _("Web push only, without phone apps")


def way_current() -> Way:
    """Return the way that the settings choose."""
    push = PushSettings.current()
    if push.enable_gateway:
        return Way.GATEWAY
    has_keys = push.apn_token_key or push.apn_cert or push.google_api_credentials
    return Way.KEYS if has_keys else Way.WEB
