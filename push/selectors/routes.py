"""How devices are reached at the moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from cloud.models import SetupWizardSettings
from cloud.selectors.connection import cloud_url, connection_current
from push.http.requests import origin_of
from push.models import AppRoute, AppRouteKind, Device, EndReason, PushSettings
from push.providers.fingerprints import digest
from push.providers.gateway.transport import GatewayRoute
from push.providers.registry import phone_types, providers_by_type
from push.providers.routes import Route

# The kind of the routes through gateways.
GATEWAY = "gateway"
Ways = Mapping[str, Route | EndReason]


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes as they stand at one moment, or why there is none: by the devices' type, and by app before that."""

    default: Ways
    apps: Mapping[str, Ways]
    # Of the types with routes of their provider's own: what reads the function that makes the route to a token.
    own: Mapping[str, Callable[[], Callable[[str], Route] | EndReason]]

    def of(self, device: Device) -> Route | EndReason:
        """Return the way to the device, or else why there is none."""
        return self.way_of(device.app_name, device.type, token=device.token)

    def way_of(self, app_name: str, type: str, *, token: str = "") -> Route | EndReason:
        """Return the way to an app's devices of one type; without a `token`, to any of them."""
        if type in self.own:
            route = self.own[type]()
            return route if isinstance(route, EndReason) else route(token)
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
        yield from self.own_routes()

    def own_routes(self) -> Iterator[Route]:
        """Yield the routes that need no app's keys."""
        for read in self.own.values():
            make = read()
            if not isinstance(make, EndReason):
                yield make("")


def routes_current(app_names: Collection[str] | None = None) -> Routes:
    """Return the routes as they stand now; of the apps' own ones all, or those of these apps."""
    own = AppRoute.objects.all() if app_names is None else AppRoute.objects.filter(app_name__in=app_names)
    ways = {route.app_name: app_ways(route) for route in own}
    # Read from the database when a device of the type is asked for, and once.
    direct = {type: cache(provider.own_route) for type, provider in providers_by_type().items() if provider.own_route}
    return Routes(default=default_ways(), apps=ways, own=direct)


def default_ways() -> Ways:
    """Return the ways of the Push settings: the gateway where it is on, else the providers themselves."""
    settings = PushSettings.current()
    if settings.enable_gateway:
        gateway = gateway_current()
        way = gateway if isinstance(gateway, EndReason) else gateway_route(gateway)
        return dict.fromkeys(phone_types(), way)
    return direct_ways(settings)


def app_ways(route: AppRoute) -> Ways:
    """Return the ways of an app's own route."""
    if route.kind == AppRouteKind.GATEWAY:
        gateway = app_gateway(route.gateway)
        way = gateway if isinstance(gateway, EndReason) else gateway_route(gateway, app_name=route.app_name)
        return dict.fromkeys(phone_types(), way)
    return direct_ways(route, app_name=route.app_name)


def direct_ways(source: PushSettings | AppRoute, *, app_name: str = "") -> Ways:
    """Return the ways to the providers themselves, with the keys of the settings or of an app's own route."""
    ways: dict[str, Route | EndReason] = {}
    for type, provider in providers_by_type().items():
        if provider.credentials:
            found = provider.credentials(source)
            ways[type] = Route(provider.kind, found, found.name, app_name) if found else EndReason.NO_ROUTE
    return ways


def gateway_route(gateway: GatewayRoute, *, app_name: str = "") -> Route:
    """Return the way through these gateways."""
    return Route(GATEWAY, gateway, digest(*gateway.addresses, gateway.access_token), app_name)


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
