"""Counts HTTP requests by route, which is a URL pattern and never a path: paths contain names, ids and secrets."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from workspace.monitoring.metrics.declarations import Counter, Histogram

Application = Callable[[Any, Any, Any], Awaitable[None]]
GetResponse = Callable[[HttpRequest], HttpResponse]

# The key in the ASGI scope of the list that contains the request's route.
ROUTE = "callboard.route"
# Requests that no route has handled: static files, redirects to HTTPS, unknown addresses.
NO_ROUTE = "none"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Counter(
    "callboard_http_requests_total", "HTTP requests, by URL pattern, method and status.", ("route", "method", "status")
)
DURATION = Histogram(
    "callboard_http_request_duration_seconds",
    "Time until the response to an HTTP request began, by URL pattern.",
    ("route",),
)


def route_set(scope: Any, route: str) -> None:
    """Record the route of a request that Django's URL patterns do not handle."""
    if ROUTE in scope:
        scope[ROUTE][:] = [route]


class RouteMiddleware:
    """Records the URL pattern of the request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Called when the URL has been resolved."""
        if request.resolver_match is not None:
            route_set(getattr(request, "scope", {}), f"/{request.resolver_match.route.lstrip('^')}")


class MeasuredSite:
    """ASGI application that counts the requests to the site."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return
        begun, route = time.perf_counter(), scope.get(ROUTE, [NO_ROUTE])

        async def send_measured(message: Any) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in METHODS else "other"
                REQUESTS.add(route[0], method, str(message["status"]))
                DURATION.observe(time.perf_counter() - begun, route[0])
            await send(message)

        await self._site({**scope, ROUTE: route}, receive, send_measured)
