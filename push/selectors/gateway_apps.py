"""The gateway's apps, and those whose keys expire soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from push.models import GatewayApp
from push.providers.protocol import APN

# How long before the expiry of a certificate a warning is shown: enough time to get a new one from Apple.
WARNING_PERIOD = timedelta(days=30)
# Each certificate must be parsed to get its expiry. Gateways with more apps use token keys, which do not expire.
MAX_APPS = 200


@dataclass(frozen=True, slots=True)
class KeyExpiry:
    """The expiry of an app's certificate that has expired or will expire soon."""

    app: GatewayApp
    at: datetime
    is_over: bool


def key_expiry(app: GatewayApp, now: datetime) -> KeyExpiry | None:
    """Return the expiry of the app's keys if a warning is due at `now`, else None."""
    at = app.keys_end_at
    return KeyExpiry(app, at, at <= now) if at is not None and at - WARNING_PERIOD <= now else None


def expiring_keys() -> list[KeyExpiry]:
    """Return the expiries of active apps whose keys have expired or expire soon, most urgent first."""
    apps = GatewayApp.objects.filter(type=APN, is_active=True).exclude(apn_cert="")[:MAX_APPS]
    now = timezone.now()
    expiries = [expiry for app in apps if (expiry := key_expiry(app, now)) is not None]
    return sorted(expiries, key=lambda expiry: expiry.at)


def apps_count() -> int:
    """Return how many apps this gateway serves; an app with several keys counts once."""
    return GatewayApp.objects.filter(is_active=True).values("app_name").distinct().order_by().count()
