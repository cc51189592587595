"""Messages of a client that are handled one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from workspace.ddp import limits

Message = dict[str, Any]
Handle = Callable[[Message], Awaitable[None]]


class Inbox:
    """Handles messages in order, in a task that exists only while there are any: most sockets are idle."""

    __slots__ = ("_handle", "_is_stopped", "_messages", "_room", "_worker")

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._messages: deque[Message] | None = None
        self._worker: asyncio.Task[None] | None = None
        # Set when there is room for more messages.
        self._room: asyncio.Future[None] | None = None
        self._is_stopped = False

    async def put(self, message: Message) -> None:
        """Let a message wait for those before it. If too many do, wait until one of them has been handled."""
        if self._is_stopped:
            return
        if self._messages is None:
            self._messages = deque()
        self._messages.append(message)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        if len(self._messages) >= limits.MAX_WAITING:
            self._room = asyncio.get_running_loop().create_future()
            await self._room

    def stop(self) -> None:
        """Discard the messages that wait. The one that is being handled is finished."""
        self._is_stopped = True
        self._messages = None
        self._make_room()

    async def _work(self) -> None:
        try:
            while self._messages:
                await self._handle(self._messages.popleft())
                self._make_room()
        finally:
            self._messages = self._worker = None
            self._make_room()

    def _make_room(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None
