"""The ASGI application that begins a span for each request, as part of the caller's trace if there is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from workspace.logs.requests import HEADER as REQUEST_ID
from workspace.monitoring.metrics.http import METHODS, NO_ROUTE, ROUTE
from workspace.monitoring.site import PATHS
from workspace.server.site_path import path_in_site
from workspace.tracing.contexts import context_parse
from workspace.tracing.spans import Kind, span, tracing_on

Application = Callable[[Any, Any, Any], Awaitable[None]]

TRACEPARENT = b"traceparent"


def traced(site: Application) -> Application:
    """Return the ASGI application with spans for its requests, if traces are on."""
    return TracedSite(site) if tracing_on() else site


class TracedSite:
    """Begins a span for each HTTP request, except probes, scrapes and static files."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or is_left_out(scope):
            await self._site(scope, receive, send)
            return
        header = next((value for name, value in scope["headers"] if name == TRACEPARENT), b"")
        parent = context_parse(header.decode("latin-1"))
        method, route = scope["method"] if scope["method"] in METHODS else "other", [NO_ROUTE]
        with span(method, parent=parent, kind=Kind.SERVER, attributes={"http.request.method": method}) as opened:
            assert opened is not None

            async def send_traced(message: Any) -> None:
                if message["type"] == "http.response.start":
                    status = message["status"]
                    opened.set({"http.response.status_code": status, "http.route": route[0]})
                    opened.set({"callboard.request": request_id(message)})
                    opened.rename(f"{method} {route[0]}")
                    if status >= 500:
                        opened.fail(str(status))
                await send(message)

            await self._site({**scope, ROUTE: route}, receive, send_traced)


def request_id(message: Any) -> str:
    """Return the id of the request, from the headers of its response."""
    return next((value.decode("latin-1") for name, value in message.get("headers", ()) if name == REQUEST_ID), "")


def is_left_out(scope: Any) -> bool:
    """Return True for requests that have no span."""
    path = path_in_site(scope)
    return path.rstrip("/") in PATHS or scope["path"].startswith(settings.STATIC_URL)
