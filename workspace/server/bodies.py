"""Limits on request bodies: a time limit for the whole site, and a size limit for Django."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from django.conf import settings

from workspace.api.errors import REQUEST_TOO_LARGE, failure_body
from workspace.api.fallback import MACHINE_PATHS
from workspace.errors import ApplicationError
from workspace.server.site_path import path_in_site

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

# A body may take this many seconds, plus its size divided by this rate (bytes per second), up to a total.
FIRST_SECONDS = 15.0
RATE = 2_000
TOTAL_SECONDS = 60.0
# How much of a rejected body is still read, in seconds and bytes. Many clients read the response only after sending the
# whole request. Must be less than the time above.
DISCARD_SECONDS = 5.0
DISCARD_BYTES = 8_000_000
BATCH_PATH = "/api/v1/events.batch"
TOO_SLOW = ApplicationError("error-request-timeout", "The request's body did not arrive in time", status=408)


class BodyDeadline:
    """Responds 408 if the body of a request does not arrive in time, and disconnects the site from the request."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._site(scope, receive, send)
            return
        request = BodyReader(scope, receive, send)
        await self._site(scope, request.receive, request.send)


class BodyLimit:
    """Responds 413 if the body of a request is larger than Django accepts; Django would first write it to a file."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._site(scope, receive, send)
            return
        body = BodyCounter(receive, body_limit(path_in_site(scope)))
        if announced_length(scope) <= body.limit:
            await self._site(scope, body.receive, send)
            if not body.is_too_large:
                return
        start, content = response_to(path_in_site(scope), REQUEST_TOO_LARGE)
        await send(start)
        await send({**content, "more_body": True})
        await discard(receive)
        await send({"type": "http.response.body"})


def body_limit(path: str) -> int:
    """Return how many bytes the body of a request to this path may have."""
    return settings.BATCH_MAX_SIZE if path.rstrip("/") == BATCH_PATH else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class BodyCounter:
    """Passes on a request body up to a limit in bytes, then reports that the client has disconnected."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.limit = limit
        self.is_too_large = False
        self._receive = receive
        self._bytes = 0

    async def receive(self) -> Message:
        """Return the next message."""
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes <= self.limit:
            return message
        self.is_too_large = True
        return {"type": "http.disconnect"}


class BodyReader:
    """The body of one request while it arrives."""

    def __init__(self, scope: Any, receive: Receive, send: Send) -> None:
        self._path = path_in_site(scope)
        self._receive = receive
        self._send = send
        self._started_at = time.monotonic()
        self._bytes = 0
        self._is_complete = self._has_responded = self._is_aborted = False

    async def receive(self) -> Message:
        """Return the next message; if the body is too late, a disconnect."""
        if self._is_aborted:
            return {"type": "http.disconnect"}
        if self._is_complete:
            return await self._receive()
        allowed = min(FIRST_SECONDS + self._bytes / RATE, TOTAL_SECONDS)
        try:
            async with asyncio.timeout(self._started_at + allowed - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            await self._abort()
            return {"type": "http.disconnect"}
        self._bytes += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send the site's response, unless the request was aborted."""
        if not self._is_aborted:
            self._has_responded = True
            await self._send(message)

    async def _abort(self) -> None:
        self._is_aborted = True
        if self._has_responded:
            # Part of a response has been sent; it cannot be replaced.
            return
        for message in response_to(self._path, TOO_SLOW):
            await self._send(message)


def response_to(path: str, error: ApplicationError) -> tuple[Message, Message]:
    """Return the messages that respond with an error and close the connection."""
    content, kind = error.message.encode(), b"text/plain; charset=utf-8"
    if path.startswith(MACHINE_PATHS):
        content, kind = json.dumps(failure_body(error)).encode(), b"application/json"
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(content)), (b"connection", b"close")]
    return (
        {"type": "http.response.start", "status": error.status, "headers": headers},
        {"type": "http.response.body", "body": content},
    )


async def discard(receive: Receive) -> None:
    """Read and discard the rest of a body, within `DISCARD_SECONDS` and `DISCARD_BYTES`."""
    left = DISCARD_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_SECONDS):
            while left > 0:
                message = await receive()
                if not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))


def has_body(scope: Any) -> bool:
    """Return True if the headers announce a body."""
    return any(name in (b"content-length", b"transfer-encoding") for name, _value in scope["headers"])


def announced_length(scope: Any) -> int:
    """Return the body length in the headers; 0 if there is none, such as for a chunked body."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
