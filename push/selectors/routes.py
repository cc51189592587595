"""How devices are reached at the moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from zlib import crc32

from cloud.models import SetupWizardSettings
from cloud.selectors.connection import cloud_url, connection_current
from push.http.requests import origin_of
from push.models import AppRoute, AppRouteKind, Device, DeviceType, EndReason, PushSettings
from push.providers.fingerprints import digest
from push.providers.gateway.transport import GatewayRoute
from push.providers.routes import Route, RouteKind
from push.providers.web_push.vapid import VapidIdentity
from push.selectors.provider_credentials import apple_credentials, google_credentials
from push.selectors.vapid import vapid_identity

# The push services of the browsers, each with a lane of its own: none waits for another, nor for one that somebody runs
# on their own.
BROWSER_SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
OTHER_LANES = 8

Ways = Mapping[str, Route | EndReason]


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes as they stand at one moment, or why there is none: by the devices' type, and by app before that."""

    default: Ways
    apps: Mapping[str, Ways]
    web: VapidIdentity | EndReason

    def of(self, device: Device) -> Route | EndReason:
        """Return the way to the device, or else why there is none."""
        if device.is_web:
            return self.web if isinstance(self.web, EndReason) else web_route(device.token, self.web)
        return self.way_of(device.app_name, DeviceType(device.type))

    def way_of(self, app_name: str, type: DeviceType) -> Route | EndReason:
        """Return the way to an app's devices of one type, whatever their tokens."""
        if type == DeviceType.WEBPUSH:
            return self.web if isinstance(self.web, EndReason) else web_route("", self.web)
        return self.ways_of(app_name).get(type, EndReason.NO_ROUTE)

    def ways_of(self, app_name: str) -> Ways:
        """Return the ways to an app's devices, by their type."""
        return self.apps.get(app_name, self.default)

    def all(self) -> Iterator[Route]:
        """Yield every route, each once."""
        found = {
            way.key: way
            for ways in (self.default, *self.apps.values())
            for way in ways.values()
            if isinstance(way, Route)
        }
        yield from found.values()


def routes_current(app_names: Collection[str] | None = None) -> Routes:
    """Return the routes as they stand now; of the apps' own ones all, or those of these apps."""
    own = AppRoute.objects.all() if app_names is None else AppRoute.objects.filter(app_name__in=app_names)
    ways = {route.app_name: app_ways(route) for route in own}
    return Routes(default=default_ways(), apps=ways, web=vapid_identity())


def web_route(endpoint: str, identity: VapidIdentity) -> Route:
    """Return the way to a web push endpoint: one for each service of the browsers, some shared by all others.

    It is nobody's own route: the push service of a browser knows this workspace by its key, and no app.
    """
    host = urlsplit(endpoint).hostname or ""
    browsers = next((service for service in BROWSER_SERVICES if host.endswith(service)), "")
    lane = browsers.strip(".") or f"other-{crc32(host.encode()) % OTHER_LANES}"
    return Route(RouteKind.WEBPUSH, identity, digest(identity.public_key), lane=lane)


def default_ways() -> Ways:
    """Return the ways of the Push settings: the gateway where it is on, else Apple and Google themselves."""
    settings = PushSettings.current()
    if settings.enable_gateway:
        gateway = gateway_current()
        way = gateway if isinstance(gateway, EndReason) else gateway_route(gateway)
        return {DeviceType.APN: way, DeviceType.GCM: way}
    return direct_ways(settings)


def app_ways(route: AppRoute) -> Ways:
    """Return the ways of an app's own route."""
    if route.kind == AppRouteKind.GATEWAY:
        gateway = app_gateway(route.gateway)
        way = gateway if isinstance(gateway, EndReason) else gateway_route(gateway, app_name=route.app_name)
        return {DeviceType.APN: way, DeviceType.GCM: way}
    return direct_ways(route, app_name=route.app_name)


def direct_ways(source: PushSettings | AppRoute, *, app_name: str = "") -> Ways:
    """Return the ways to Apple and Google themselves, with the keys of the settings or of an app's own route."""
    apple, google = apple_credentials(source), google_credentials(source)
    return {
        DeviceType.APN: Route(RouteKind.APPLE, apple, apple.name, app_name) if apple else EndReason.NO_ROUTE,
        DeviceType.GCM: Route(RouteKind.GOOGLE, google, google.name, app_name) if google else EndReason.NO_ROUTE,
    }


def gateway_route(gateway: GatewayRoute, *, app_name: str = "") -> Route:
    """Return the way through these gateways."""
    return Route(RouteKind.GATEWAY, gateway, digest(*gateway.addresses, gateway.access_token), app_name)


def gateway_current() -> GatewayRoute | EndReason:
    """Return the gateways of the Push settings, or else why they cannot be used."""
    settings = PushSettings.current()
    return gateway_of(settings.gateway) if settings.enable_gateway else EndReason.NO_ROUTE


def gateway_of(lines: str) -> GatewayRoute | EndReason:
    """Return the gateways whose addresses stand in these lines, or else why they cannot be used."""
    connection = connection_current()
    addresses = tuple(lines.split())
    if connection is None or not connection.access_token or not addresses:
        return _missing()
    return GatewayRoute(addresses, connection.access_token)


def app_gateway(lines: str) -> GatewayRoute | EndReason:
    """Return the gateways of an app's own route, or else why they cannot be used.

    The access token opens this workspace's account with its cloud. Only the cloud, and the gateways that the Push
    settings name, are handed it; other gateways are sent to without any, and without a registration.
    """
    addresses = tuple(lines.split())
    own = {origin_of(address.lower()) for address in (cloud_url(), *PushSettings.current().gateway.split())}
    strangers = frozenset(address for address in addresses if origin_of(address.lower()) not in own)
    if addresses and strangers.issuperset(addresses):
        return GatewayRoute(addresses, "", strangers)
    gateway = gateway_of(lines)
    return gateway if isinstance(gateway, EndReason) else replace(gateway, strangers=strangers)


def _missing() -> EndReason:
    wizard = SetupWizardSettings.current()
    if not wizard.register_server:
        return EndReason.NOT_REGISTERED
    return EndReason.NOT_CONNECTED if wizard.privacy_terms_agreed else EndReason.TERMS_NOT_AGREED
