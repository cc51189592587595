"""How devices are reached at the moment."""

from __future__ import annotations

from cloud.models import SetupWizardSettings
from cloud.selectors.connection import connection_current
from push.models import EndReason, PushSettings
from push.transports.gateway import GatewayRoute


def route_current() -> GatewayRoute | EndReason:
    """Return the way to the devices, or else why there is none."""
    settings = PushSettings.current()
    if not settings.enable_gateway:
        return EndReason.NO_ROUTE
    connection = connection_current()
    addresses = tuple(settings.gateway.split())
    if connection is None or not connection.access_token or not addresses:
        return _missing()
    return GatewayRoute(addresses, connection.access_token)


def _missing() -> EndReason:
    wizard = SetupWizardSettings.current()
    if not wizard.register_server:
        return EndReason.NOT_REGISTERED
    return EndReason.NOT_CONNECTED if wizard.privacy_terms_agreed else EndReason.TERMS_NOT_AGREED
