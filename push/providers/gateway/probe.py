"""Asking the gateways whether they are there, without pushing anything."""

from __future__ import annotations

import time
from dataclasses import dataclass

from push.http.engine import Engine, HttpAnswer, HttpRequest
from push.providers.routes import GatewayRoute
from workspace.database.connections import connections_release

# An admin waits for the answer: less patience than for a push.
TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class GatewayProbe:
    """What one gateway answered to a request without a push in it, and after how many milliseconds."""

    address: str
    milliseconds: int
    answer: HttpAnswer

    @property
    def reached(self) -> bool:
        return self.answer.status is not None

    @property
    def authorized(self) -> bool:
        """Return whether the gateway knows this workspace: it then complains of the missing push, not of the token."""
        return self.reached and self.answer.status not in {401, 403}

    @property
    def speaks_protocol(self) -> bool:
        """Return whether the answer is one that a gateway gives; other servers do not know the address."""
        return self.reached and self.answer.status not in {404, 405}


def gateways_probe(route: GatewayRoute) -> list[GatewayProbe]:
    """Ask each of the route's gateways, one after the other."""
    # A gateway may be this very site, which needs connections to answer.
    connections_release()
    engine = Engine(connect_timeout=TIMEOUT_SECONDS, timeout=TIMEOUT_SECONDS)
    try:
        return [_probe(engine, address, route.access_token) for address in route.addresses]
    finally:
        engine.close()


def _probe(engine: Engine, address: str, access_token: str) -> GatewayProbe:
    request = HttpRequest(
        url=f"{address.rstrip('/')}/push/apn/send",
        body=b'{"token":"","options":{}}',
        headers=("Content-Type: application/json", f"Authorization: Bearer {access_token}"),
        public_only=False,
    )
    started = time.monotonic()
    (answer,) = engine.send([request])
    return GatewayProbe(address, round((time.monotonic() - started) * 1000), answer)
