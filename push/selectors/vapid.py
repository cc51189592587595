"""Reading who this workspace is to push services of browsers."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings

from push.models import EndReason, VapidKeys
from push.transports.vapid import VapidIdentity


def vapid_public_key() -> str:
    """Return the key that browsers subscribe for; empty where there is none."""
    return VapidKeys.objects.filter(pk=1).values_list("public_key", flat=True).first() or ""


def vapid_identity() -> VapidIdentity | EndReason:
    """Return the workspace's identity, or else that it has none which can be read."""
    keys = VapidKeys.objects.filter(pk=1).first()
    if keys is None or not keys.private_key:
        return EndReason.NO_WEB_PUSH_KEYS
    return VapidIdentity(keys.public_key, keys.private_key, vapid_subject())


def vapid_subject() -> str:
    """Return whom a push service may turn to about this workspace (RFC 8292, 2.1): its site, else its mail address."""
    if settings.SITE_URL.startswith("https://"):
        return settings.SITE_URL
    return f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
