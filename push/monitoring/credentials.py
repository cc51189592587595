"""When the credentials for the providers expire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from push.models import AppRoute, AppRouteKind, GatewayApp, PushSettings
from push.providers.protocol import APN
from push.providers.registry import providers, providers_by_type
from workspace.roles import is_cloud, is_workspace

# Certificates must be parsed, so the number of apps is limited.
MAX_APPS = 50


@dataclass(frozen=True, slots=True)
class CredentialExpiry:
    """When the credentials of an app expire; `app` is empty for the workspace's Push settings.

    `owner` is `workspace`, or `gateway` for keys with which this cloud pushes for others.
    """

    provider: str
    app: str
    owner: str
    at: datetime


def credential_expiries() -> Iterator[CredentialExpiry]:
    """Yield the credentials that expire and are in use."""
    if is_workspace():
        push = PushSettings.current()
        if not push.enable_gateway:
            yield from _expiries_of(push, "")
        for route in AppRoute.objects.filter(kind=AppRouteKind.DIRECT)[:MAX_APPS]:
            yield from _expiries_of(route, route.app_name)
    if is_cloud():
        for app in GatewayApp.objects.filter(type=APN, is_active=True).exclude(apn_cert="")[:MAX_APPS]:
            if at := app.keys_end_at:
                yield CredentialExpiry(providers_by_type()[app.type].kind, app.app_name, "gateway", at)


def _expiries_of(source: PushSettings | AppRoute, app: str) -> Iterator[CredentialExpiry]:
    for provider in providers():
        if provider.credentials_end_at and (at := provider.credentials_end_at(source)):
            yield CredentialExpiry(provider.kind, app, "workspace", at)
