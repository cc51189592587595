"""Limits on request bodies: on their time, in front of the whole site, and on their size, in front of Django."""

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
from workspace.site_path import path_in_site

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

# A body has this many seconds, and more while it arrives at this rate (bytes per second), up to a total.
FIRST_SECONDS = 15.0
RATE = 2_000
TOTAL_SECONDS = 60.0
# What is still read of a body after it was refused, in seconds and bytes. Many clients read the response only when they
# have sent their whole request; it must be less than the time above.
DISCARD_SECONDS = 5.0
DISCARD_BYTES = 8_000_000
TOO_SLOW = ApplicationError("error-request-timeout", "The request's body did not arrive in time", status=408)


class BodyDeadline:
    """Answers 408 to a request whose body does not arrive in time, and lets the site forget it."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._site(scope, receive, send)
            return
        request = BodyReader(scope, receive, send)
        await self._site(scope, request.receive, request.send)


class BodyLimit:
    """Answers 413 to a request whose body is larger than Django reads, which would first store it in a file."""

    def __init__(self, site: Application) -> None:
        self._site = site

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._site(scope, receive, send)
            return
        body = BodyCounter(receive, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        if announced_length(scope) <= body.limit:
            await self._site(scope, body.receive, send)
            if not body.is_too_large:
                return
        start, content = response_to(path_in_site(scope), REQUEST_TOO_LARGE)
        await send(start)
        await send({**content, "more_body": True})
        await discard(receive)
        await send({"type": "http.response.body"})


class BodyCounter:
    """Passes a request's body on, up to a limit in bytes; after it, reports that the client has gone."""

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
    """One request's body on its way."""

    def __init__(self, scope: Any, receive: Receive, send: Send) -> None:
        self._path = path_in_site(scope)
        self._receive = receive
        self._send = send
        self._begun = time.monotonic()
        self._bytes = 0
        self._is_complete = self._is_answered = self._is_over = False

    async def receive(self) -> Message:
        """Return the next message; of a body that is too late, that the client has gone."""
        if self._is_over:
            return {"type": "http.disconnect"}
        if self._is_complete:
            return await self._receive()
        allowed = min(FIRST_SECONDS + self._bytes / RATE, TOTAL_SECONDS)
        try:
            async with asyncio.timeout(self._begun + allowed - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            await self._give_up()
            return {"type": "http.disconnect"}
        self._bytes += len(message.get("body", b""))
        self._is_complete = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send the site's answer, unless the request was given up."""
        if not self._is_over:
            self._is_answered = True
            await self._send(message)

    async def _give_up(self) -> None:
        self._is_over = True
        if self._is_answered:
            # Part of an answer is under way; it cannot be taken back.
            return
        for message in response_to(self._path, TOO_SLOW):
            await self._send(message)


def response_to(path: str, error: ApplicationError) -> tuple[Message, Message]:
    """Return the messages that answer a request with an error and close its connection."""
    content, kind = error.message.encode(), b"text/plain; charset=utf-8"
    if path.startswith(MACHINE_PATHS):
        content, kind = json.dumps(failure_body(error)).encode(), b"application/json"
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(content)), (b"connection", b"close")]
    return (
        {"type": "http.response.start", "status": error.status, "headers": headers},
        {"type": "http.response.body", "body": content},
    )


async def discard(receive: Receive) -> None:
    """Read and forget the rest of a body, within `DISCARD_SECONDS` and `DISCARD_BYTES`."""
    left = DISCARD_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_SECONDS):
            while left > 0:
                message = await receive()
                if not message.get("more_body", False):
                    return
                left -= len(message.get("body", b""))


def has_body(scope: Any) -> bool:
    """Return whether the request announces a body."""
    return any(name in (b"content-length", b"transfer-encoding") for name, _value in scope["headers"])


def announced_length(scope: Any) -> int:
    """Return the bytes that the request's headers announce; 0 if they announce none, as for a body in chunks."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
