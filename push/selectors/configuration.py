"""Checks whether pushes can be delivered, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from push.models import Device, EndReason
from push.providers.routes import Route
from push.selectors.routes import Routes, routes_current


def misconfiguration(routes: Routes | None = None) -> EndReason | None:
    """Return why no phone can be reached; None if at least one can.

    `routes` can be passed if the caller has already queried them.
    """
    routes = routes or routes_current()
    if any(isinstance(route, Route) for app in routes.apps.values() for route in app.values()):
        return None
    defaults = list(routes.default.values())
    return first_reason(defaults)


def unreachable(devices: Iterable[Device]) -> EndReason | None:
    """Return why none of these devices can be reached; None if at least one can."""
    devices = list(devices)
    routes = routes_current({device.app_name for device in devices})
    return first_reason([routes.of(device) for device in devices])


def first_reason(routes: Collection[Route | EndReason]) -> EndReason | None:
    """Return the first reason if there is no route among these; else None."""
    return None if any_route(routes) else next((route for route in routes if isinstance(route, EndReason)), None)


def any_route(routes: Iterable[Route | EndReason]) -> bool:
    """Return True if there is a route among these."""
    return any(isinstance(route, Route) for route in routes)
