"""The site's ASGI application with streams beside it.

Django answers the request that opens a stream, and is done with it: while a request is under way it holds a thread, and
hundreds of open pages would be hundreds of threads. What is streamed afterwards is sent from here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from push.streams.hub import Hub, Stream, hub_here

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

# By this name a request finds in its scope where it may put a stream that it has opened.
OPENED = "callboard.streams"


class StreamingSite:
    """Passes requests on to the site, and goes on sending where one of them has opened a stream."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return
        opened: list[Stream] = []

        async def answer(message: Message) -> None:
            if not opened:
                await send(message)
            elif message["type"] == "http.response.start":
                await send({**message, "headers": [header for header in message["headers"] if not is_length(header)]})

        try:
            await self._site({**scope, OPENED: opened}, receive, answer)
            for stream in opened:
                await streamed(hub_here(), stream, receive, send)
        finally:
            for stream in opened:
                hub_here().close(stream)


def is_length(header: tuple[bytes, bytes]) -> bool:
    """Return whether it is the header that tells how long an answer is."""
    return header[0].lower() == b"content-length"


async def streamed(hub: Hub, stream: Stream, receive: Receive, send: Send) -> None:
    """Send what comes until one of both sides ends the stream."""
    leaving = asyncio.create_task(left(receive))
    leaving.add_done_callback(lambda _task: stream.end())
    try:
        while (piece := await stream.next()) is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        leaving.cancel()
        hub.close(stream)


async def left(receive: Receive) -> None:
    """Wait until the page is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
