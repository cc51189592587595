"""Which transport sends the pushes of each kind of route.

A transport divides a route's pushes into parts, each of which is answered on its own (push/http/steps.py). Its
steps run in a thread of the route's own (push/sending/carriers.py), so they must not use the database. They may take
as long as the provider does; what they raise counts as no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from push.providers.direct import apple_transport, google_transport
from push.providers.gateway.transport import gateway_transport
from push.providers.routes import DevicePush, Route, RouteKind
from push.providers.steps import Part
from push.providers.web_push.transport import webpush_transport


class Transport(Protocol):
    """Sends on one kind of route."""

    def __call__(self, pushes: Sequence[DevicePush], *, route: Route) -> Sequence[Part]: ...


TRANSPORTS: Mapping[RouteKind, Transport] = {
    RouteKind.GATEWAY: gateway_transport,
    RouteKind.APPLE: apple_transport,
    RouteKind.GOOGLE: google_transport,
    RouteKind.WEBPUSH: webpush_transport,
}
