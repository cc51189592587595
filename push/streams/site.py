"""The site's ASGI application, with streams next to it.

Streams are opened and sent from here. A request that Django answers holds a thread and a database connection; when
hundreds of pages reconnect after a restart, that would be hundreds of each.
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

from push.streams.events import HEADERS, after_asked, is_same_site
from push.streams.hub import Hub, Refusal, Stream, hub_here
from workspace.database.troubles import trouble_of
from workspace.errors import UnavailableError

log = logging.getLogger(__name__)

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
    """Answers requests for a stream, and passes all others on to the site."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        request = stream_request(scope)
        if request is None:
            await self._site(scope, receive, send)
            return
        session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not session or not is_same_site(request):
            await answer(send, 403)
            return
        hub = hub_here()
        stream = Stream(session=session, after=after_asked(request))
        try:
            status, headers = await opened(hub, stream)
            if status == 200:
                await streamed(stream, receive, send)
            else:
                await answer(send, status, headers)
        finally:
            hub.close(stream)


def stream_request(scope: Any) -> ASGIRequest | None:
    """Return the request if it asks for a stream and has no fault that the site should answer; else None."""
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


async def opened(hub: Hub, stream: Stream) -> tuple[int, dict[str, str]]:
    """Open the stream; returns the status to answer with, and headers that belong to it."""
    try:
        refusal = await hub.open(stream)
    except Exception as error:
        trouble = trouble_of(error)
        log.exception("A stream could not be opened.")
        return (503, {"Retry-After": str(trouble.retry_after)}) if trouble else (500, {})
    return REFUSALS[refusal] if refusal else (200, {})


async def answer(send: Send, status: int, headers: dict[str, str] | None = None) -> None:
    """Answer without a stream; the browser tries again later."""
    content = UnavailableError().message.encode() if status == 503 else b""
    all_headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(content)), **(headers or {})}
    await send({"type": "http.response.start", "status": status, "headers": encoded(all_headers)})
    await send({"type": "http.response.body", "body": content})


def encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Return the headers as ASGI wants them."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


async def streamed(stream: Stream, receive: Receive, send: Send) -> None:
    """Send what comes until one of both sides ends the stream."""
    leaving = asyncio.create_task(left(receive))
    leaving.add_done_callback(lambda _task: stream.end())
    try:
        await send({"type": "http.response.start", "status": 200, "headers": encoded(HEADERS)})
        while (piece := await stream.next()) is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        leaving.cancel()


async def left(receive: Receive) -> None:
    """Wait until the page is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
