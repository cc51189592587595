"""Gives each request an id, and logs it when it is finished: route, status, duration and user, but no address.

This replaces the web server's access log. Addresses contain secrets, such as a gateway's key or the token of a link in
an e-mail, so they are in no line.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import LazyObject, empty

from workspace.logs.context import bound_contextvars, request_id_for
from workspace.logs.events import LogEvent
from workspace.monitoring.metrics.http import METHODS, NO_ROUTE, ROUTE
from workspace.monitoring.site import PATHS
from workspace.server.site_path import path_in_site

Application = Callable[[Any, Any, Any], Awaitable[None]]
GetResponse = Callable[[HttpRequest], HttpResponse]

HEADER = b"x-request-id"
# The key in the ASGI scope of the list that contains the primary key of the user.
USER = "callboard.user"

REQUEST_FINISHED = LogEvent(
    "request.finished",
    "A request has been answered completely. Status 500 or more is a warning; probes and scrapes are at `DEBUG`.",
    {
        "method": "the HTTP method",
        "route": "the URL pattern, or `none`",
        "status": "the status of the response; 0 if the client left before there was one",
        "ms": "milliseconds from the request to the end of the response",
        "user": "the number of the user, if somebody has signed in",
    },
)
SOCKET_CLOSED = LogEvent(
    "socket.closed",
    "A web socket was closed.",
    {"seconds": "how long it was open", "code": "the close code, if one was received or sent"},
)


class UserMiddleware:
    """Records the user of the request, unless nothing has asked for them: that would need a query."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user: Any = getattr(request, "user", None)
        is_unread = isinstance(user, LazyObject) and user._wrapped is empty
        scope = getattr(request, "scope", {})
        if USER in scope and not is_unread and user is not None and user.pk:
            scope[USER][:] = [user.pk]
        return response


class LoggedSite:
    """ASGI application that binds an id to each request, returns it in the response, and logs the request."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._site(scope, receive, send)
            return
        header = next((value for name, value in scope["headers"] if name == HEADER), b"")
        request_id = request_id_for(header.decode("latin-1"))
        with bound_contextvars(request=request_id):
            run = self._request if scope["type"] == "http" else self._socket
            await run(scope, receive, send, request_id)

    async def _request(self, scope: Any, receive: Any, send: Any, request_id: str) -> None:
        begun, status = time.perf_counter(), 0
        route, user = scope.get(ROUTE, [NO_ROUTE]), list[int]()

        async def send_identified(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), (HEADER, request_id.encode())]}
            await send(message)

        try:
            await self._site({**scope, ROUTE: route, USER: user}, receive, send_identified)
        except Exception:
            status = status or 500
            raise
        finally:
            level = logging.WARNING if status >= 500 else logging.INFO
            if path_in_site(scope).rstrip("/") in PATHS:
                level = logging.DEBUG
            REQUEST_FINISHED.log_at(
                level,
                method=scope["method"] if scope["method"] in METHODS else "other",
                route=route[0],
                status=status,
                ms=milliseconds_since(begun),
                **({"user": user[0]} if user else {}),
            )

    async def _socket(self, scope: Any, receive: Any, send: Any, _request_id: str) -> None:
        begun, code = time.perf_counter(), None

        async def receive_watched() -> Any:
            nonlocal code
            message = await receive()
            code = message.get("code", code) if message["type"] == "websocket.disconnect" else code
            return message

        async def send_watched(message: Any) -> None:
            nonlocal code
            code = message.get("code", code) if message["type"] == "websocket.close" else code
            await send(message)

        try:
            await self._site(scope, receive_watched, send_watched)
        finally:
            SOCKET_CLOSED.log(seconds=round(time.perf_counter() - begun, 1), code=code)


def milliseconds_since(begun: float) -> float:
    """Return the milliseconds since a time of the performance counter."""
    return round((time.perf_counter() - begun) * 1000, 1)
