"""The gateway's endpoints as ASGI middleware in front of Django.

Django's request handling (sessions, cookies, a thread per request) takes several times as long as forwarding a push,
and the gateway needs none of it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from push.gateway.endpoints import address_match, answer, body_limit
from push.gateway.messages import GatewayRequest, GatewayResponse
from push.gateway.runtime import BatchingRuntime
from push.gateway.services import wait_for_late_tasks
from workspace.monitoring.metrics.http import route_set
from workspace.server.site_path import path_in_site

# How long a stopping server waits, in seconds; container platforms allow ten by default.
STOP_SECONDS = 7.0

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class GatewayMiddleware:
    """Handles requests to the gateway and passes all others to the application."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._runtime: BatchingRuntime | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await follow_lifespan(receive, send)
            return
        address = address_match(path_in_site(scope)) if scope["type"] == "http" else None
        if address is None:
            await self._application(scope, receive, send)
            return
        what, key = address
        route_set(scope, f"/{what}")
        body = await body_read(receive, body_limit(what))
        if body is None:
            return
        request = GatewayRequest(
            method=scope["method"],
            what=what,
            key=key,
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=body,
            query=scope.get("query_string", b"").decode("latin-1"),
        )
        if self._runtime is None:
            self._runtime = BatchingRuntime()
        await send_response(await answer(request, self._runtime), send)


async def follow_lifespan(receive: Receive, send: Send) -> None:
    """Follow the server's start and stop (ASGI, lifespan protocol): a stopping server first waits for the responses to
    pushes that were reported as in progress, so that they are counted and not sent again."""
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await wait_for_late_tasks(STOP_SECONDS)
    await send({"type": "lifespan.shutdown.complete"})


async def body_read(receive: Receive, limit: int) -> bytes | None:
    """Return the body, limited to `limit` + 1 bytes; None if the client has disconnected."""
    body, more = b"", True
    while more and len(body) <= limit:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body[: limit + 1]


async def send_response(given: GatewayResponse, send: Send) -> None:
    """Send the response."""
    content = json.dumps(given.document).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        *((name.lower().encode(), value.encode("latin-1")) for name, value in given.headers.items()),
    ]
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
