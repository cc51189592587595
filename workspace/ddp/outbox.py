"""Frames on their way to a client. Nothing waits for a client that does not read."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from workspace.ddp import limits

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Outbox:
    """Sends frames in order, in a task that exists only while there are any: most sockets are idle."""

    __slots__ = ("_frames", "_is_closed", "_length", "_send", "_task")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._frames: deque[dict[str, Any]] | None = None
        self._length = 0
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def put(self, text: str) -> bool:
        """Queue a frame; returns False, and discards all that are queued, if the client has too many unread ones."""
        if self._is_closed:
            return True
        if self._frames and (len(self._frames) >= limits.UNREAD_FRAMES or self._length > limits.UNREAD_LENGTH):
            self._frames.clear()
            self._length = 0
            return False
        self._length += len(text)
        self._queue({"type": "websocket.send", "text": text})
        return True

    def close(self, code: int, reason: str) -> None:
        """Close the socket after the frames that are queued."""
        if not self._is_closed:
            self._is_closed = True
            self._queue({"type": "websocket.close", "code": code, "reason": reason})

    def discard(self) -> None:
        """Send nothing more: the client has disconnected."""
        self._is_closed = True
        self._frames = None
        if self._task is not None:
            self._task.cancel()

    def _queue(self, message: dict[str, Any]) -> None:
        if self._frames is None:
            self._frames = deque()
        self._frames.append(message)
        if self._task is None:
            self._task = asyncio.create_task(self._send_all())

    async def _send_all(self) -> None:
        # The server reports a client that has disconnected as OSError; the consumer is informed separately.
        with suppress(OSError):
            while self._frames:
                message = self._frames.popleft()
                self._length -= len(message.get("text", ""))
                await self._send(message)
        self._frames = self._task = None
