"""Which transport carries the pushes of each kind of route.

A transport hands all of a route's pushes over together and returns what was said of each, in the same order. It is
called in a thread of the route's own (push/services/carriers.py), so it must not touch the database. It may take as
long as the provider does; what it raises counts as no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from push.transports.answers import SendAnswer
from push.transports.direct import apple_transport, google_transport
from push.transports.engine import Engine
from push.transports.gateway import gateway_transport
from push.transports.routes import DevicePush, Route, RouteKind
from push.transports.webpush import webpush_transport


class Transport(Protocol):
    """Sends on one kind of route."""

    def __call__(self, pushes: Sequence[DevicePush], *, route: Route, engine: Engine) -> list[SendAnswer]: ...


TRANSPORTS: Mapping[RouteKind, Transport] = {
    RouteKind.GATEWAY: gateway_transport,
    RouteKind.APPLE: apple_transport,
    RouteKind.GOOGLE: google_transport,
    RouteKind.WEBPUSH: webpush_transport,
}
