"""A time limit for the bodies of requests, in front of the whole site."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from workspace.api.errors import failure_body
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
        content, kind = TOO_SLOW.message.encode(), b"text/plain; charset=utf-8"
        if self._path.startswith(MACHINE_PATHS):
            content, kind = json.dumps(failure_body(TOO_SLOW)).encode(), b"application/json"
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(content)), (b"connection", b"close")]
        await self._send({"type": "http.response.start", "status": TOO_SLOW.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": content})


def has_body(scope: Any) -> bool:
    """Return whether the request announces a body."""
    return any(name in (b"content-length", b"transfer-encoding") for name, _value in scope["headers"])
