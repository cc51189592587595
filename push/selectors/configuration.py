"""Whether notifications can leave the server at all, and what is missing for it."""

from __future__ import annotations

from collections.abc import Iterable

from push.models import Device, EndReason
from push.providers.routes import Route
from push.selectors.routes import Routes, routes_current


def misconfiguration(routes: Routes | None = None) -> EndReason | None:
    """Return why no phone can be reached, with a sentence that names the reason; None when one can.

    `routes` are the current ones, if the caller has them.
    """
    routes = routes or routes_current()
    if any(isinstance(way, Route) for ways in routes.apps.values() for way in ways.values()):
        return None
    ways = list(routes.default.values())
    return next((way for way in ways if isinstance(way, EndReason)), None) if not any_route(ways) else None


def unreachable(devices: Iterable[Device]) -> EndReason | None:
    """Return why none of these devices can be reached; None when one can."""
    found = list(devices)
    routes = routes_current({device.app_name for device in found})
    ways = [routes.of(device) for device in found]
    return next((way for way in ways if isinstance(way, EndReason)), None) if not any_route(ways) else None


def any_route(ways: Iterable[Route | EndReason]) -> bool:
    """Return whether one of these leads to a device."""
    return any(isinstance(way, Route) for way in ways)
