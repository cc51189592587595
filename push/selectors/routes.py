"""The current routes to devices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from cloud.models import SetupWizardSettings
from cloud.selectors.connection import cloud_url, connection_current
from push.http.requests import origin_of
from push.models import AppRoute, AppRouteKind, Device, EndReason, PushSettings
from push.providers.fingerprints import digest
from push.providers.registry import phone_types, providers_by_type
from push.providers.routes import GatewayRoute, Route

# The route kind for gateways.
GATEWAY = "gateway"
RoutesByType = Mapping[str, Route | EndReason]


@dataclass(frozen=True, slots=True)
class Routes:
    """The current routes, or the reasons why there is none, by device type; apps can override the default."""

    default: RoutesByType
    apps: Mapping[str, RoutesByType]
    # For device types whose provider creates a route per token; the first call reads the provider's configuration.
    own: Mapping[str, Callable[[], Callable[[str], Route] | EndReason]]

    def of(self, device: Device) -> Route | EndReason:
        """Return the route to the device, or the reason why there is none."""
        return self.route_of(device.app_name, device.type, token=device.token)

    def route_of(self, app_name: str, type: str, *, token: str = "") -> Route | EndReason:
        """Return the route to an app's devices of one type; without a `token`, to any of them."""
        if type in self.own:
            route = self.own[type]()
            return route if isinstance(route, EndReason) else route(token)
        return self.routes_of(app_name).get(type, EndReason.NO_ROUTE)

    def routes_of(self, app_name: str) -> RoutesByType:
        """Return the routes to an app's devices by type."""
        return self.apps.get(app_name, self.default)

    def all(self) -> Iterator[Route]:
        """Yield each route once."""
        by_key = {
            route.key: route
            for routes in (self.default, *self.apps.values())
            for route in routes.values()
            if isinstance(route, Route)
        }
        yield from by_key.values()
        yield from self.own_routes()

    def own_routes(self) -> Iterator[Route]:
        """Yield the routes that do not use an app's keys."""
        for read in self.own.values():
            make = read()
            if not isinstance(make, EndReason):
                yield make("")


def routes_current(app_names: Collection[str] | None = None) -> Routes:
    """Return the current routes, with the own routes of all apps or only of the given ones."""
    own = AppRoute.objects.all() if app_names is None else AppRoute.objects.filter(app_name__in=app_names)
    by_app = {route.app_name: app_routes(route) for route in own}
    # Each provider's configuration is read once, when a device of its type is requested.
    direct = {type: cache(provider.own_route) for type, provider in providers_by_type().items() if provider.own_route}
    return Routes(default=default_routes(), apps=by_app, own=direct)


def default_routes() -> RoutesByType:
    """Return the routes of the Push settings: the gateway if it is enabled, otherwise the providers directly."""
    settings = PushSettings.current()
    if settings.enable_gateway:
        gateway = gateway_current()
        route_or_reason = gateway if isinstance(gateway, EndReason) else gateway_route(gateway)
        return dict.fromkeys(phone_types(), route_or_reason)
    return direct_routes(settings)


def app_routes(route: AppRoute) -> RoutesByType:
    """Return the routes of an app with its own route."""
    if route.kind == AppRouteKind.GATEWAY:
        gateway = app_gateway(route.gateway)
        route_or_reason = gateway if isinstance(gateway, EndReason) else gateway_route(gateway, app_name=route.app_name)
        return dict.fromkeys(phone_types(), route_or_reason)
    return direct_routes(route, app_name=route.app_name)


def direct_routes(source: PushSettings | AppRoute, *, app_name: str = "") -> RoutesByType:
    """Return the routes directly to the providers, with the keys of the settings or of an app's own route."""
    routes: dict[str, Route | EndReason] = {}
    for type, provider in providers_by_type().items():
        if provider.credentials:
            keys = provider.credentials(source)
            routes[type] = Route(provider.kind, keys, keys.name, app_name) if keys else EndReason.NO_ROUTE
    return routes


def gateway_route(gateway: GatewayRoute, *, app_name: str = "") -> Route:
    """Return the route through these gateways."""
    return Route(GATEWAY, gateway, digest(*gateway.addresses, gateway.access_token), app_name)


def gateway_current() -> GatewayRoute | EndReason:
    """Return the gateways of the Push settings, or the reason why they cannot be used."""
    settings = PushSettings.current()
    return gateway_of(settings.gateway) if settings.enable_gateway else EndReason.NO_ROUTE


def gateway_of(lines: str) -> GatewayRoute | EndReason:
    """Return the gateways with these addresses, one per line, or the reason why they cannot be used."""
    connection = connection_current()
    addresses = tuple(lines.split())
    if connection is None or not connection.access_token or not addresses:
        return _missing()
    return GatewayRoute(addresses, connection.access_token)


def app_gateway(lines: str) -> GatewayRoute | EndReason:
    """Return the gateways of an app's own route, or the reason why they cannot be used.

    The access token gives access to this workspace's account at its cloud. It is only sent to the cloud and to the
    gateways of the Push settings. Other gateways get no token, and need no registration.
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
