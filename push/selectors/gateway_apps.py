"""The gateway's apps whose keys end soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from push.models import GatewayApp
from push.providers.protocol import APN

# So long before a certificate's end it is warned of: time to ask Apple for another one.
WARNED_BEFORE = timedelta(days=30)
# Certificates are read one by one to learn their ends; a gateway with more apps uses token keys, which do not end.
APPS_READ = 200


@dataclass(frozen=True, slots=True)
class KeysEnd:
    """When an app's certificate ends, within the time that is warned of."""

    app: GatewayApp
    at: datetime
    is_over: bool


def keys_end(app: GatewayApp, now: datetime) -> KeysEnd | None:
    """Return when the app's keys end if that is worth a warning at `now`; None where it is not."""
    at = app.keys_end_at
    return KeysEnd(app, at, at <= now) if at is not None and at - WARNED_BEFORE <= now else None


def keys_ending() -> list[KeysEnd]:
    """Return the active apps whose keys are over or end soon, the most urgent first."""
    apps = GatewayApp.objects.filter(type=APN, is_active=True).exclude(apn_cert="")[:APPS_READ]
    now = timezone.now()
    found = [end for app in apps if (end := keys_end(app, now)) is not None]
    return sorted(found, key=lambda end: end.at)


def apps_count() -> int:
    """Return how many apps this gateway pushes for; one with several keys is one."""
    return GatewayApp.objects.filter(is_active=True).values("app_name").distinct().order_by().count()
