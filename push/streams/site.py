"""The ASGI application that handles event streams itself and passes all other requests to the site.

A request in Django occupies a thread and a database connection. When hundreds of pages reconnect after a restart, that
would be hundreds of each.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest

from push.streams.events import HEADERS, is_same_site, last_event_key
from push.streams.hub import Hub, Refusal, Stream, current_hub
from workspace.database.troubles import trouble_of
from workspace.errors import UnavailableError
from workspace.logs.events import LogEvent
from workspace.monitoring.metrics.http import route_set

STREAM_FAILED = LogEvent(
    "stream.not_opened",
    "The stream of an open page could not be opened. The browser tries again.",
    level=logging.ERROR,
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

PATH = "/events/"
REFUSALS: dict[Refusal, tuple[int, dict[str, str]]] = {
    Refusal.SIGNED_OUT: (403, {}),
    Refusal.TOO_MANY: (429, {"Retry-After": "60"}),
    Refusal.STOPPING: (503, {"Retry-After": "2"}),
}


class StreamingSite:
    """Handles requests for streams and passes all others to the site."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        request = stream_request(scope)
        if request is None:
            await self._site(scope, receive, send)
            return
        route_set(scope, PATH)
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not session or not is_same_site(request):
            await answer(send, 403)
            return
        hub = current_hub()
        stream = Stream(session=session, after=last_event_key(request))
        try:
            status, headers = await open_stream(hub, stream)
            if status == 200:
                await send_stream(stream, receive, send)
            else:
                await answer(send, status, headers)
        finally:
            hub.close(stream)


def stream_request(scope: Any) -> ASGIRequest | None:
    """Return the request if it is a valid request for a stream; None if the site should handle it."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].endswith(PATH):
        return None
    request = ASGIRequest(scope, BytesIO())
    if request.path_info != PATH or (getattr(settings, "SECURE_SSL_REDIRECT", False) and not request.is_secure()):
        return None
    try:
        request.get_host()
    except DisallowedHost:
        return None
    return request


async def open_stream(hub: Hub, stream: Stream) -> tuple[int, dict[str, str]]:
    """Open the stream; returns the response's status and headers."""
    try:
        refusal = await hub.open(stream)
    except Exception as error:
        trouble = trouble_of(error)
        STREAM_FAILED.exception()
        return (503, {"Retry-After": str(trouble.retry_after)}) if trouble else (500, {})
    return REFUSALS[refusal] if refusal else (200, {})


async def answer(send: Send, status: int, headers: dict[str, str] | None = None) -> None:
    """Respond without a stream; the browser retries later."""
    content = UnavailableError().message.encode() if status == 503 else b""
    all_headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(content)), **(headers or {})}
    await send({"type": "http.response.start", "status": status, "headers": encode_headers(all_headers)})
    await send({"type": "http.response.body", "body": content})


def encode_headers(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Return the headers in ASGI format."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


async def send_stream(stream: Stream, receive: Receive, send: Send) -> None:
    """Send the stream's events until the server or the client ends it."""
    leaving = asyncio.create_task(wait_for_disconnect(receive))
    leaving.add_done_callback(lambda _task: stream.end())
    try:
        await send({"type": "http.response.start", "status": 200, "headers": encode_headers(HEADERS)})
        while (piece := await stream.next()) is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        leaving.cancel()


async def wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass
