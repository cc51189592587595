"""Hearing announcements in an event loop, where many wait at once: one connection for all of a channel."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

import psycopg

from workspace.wakeups.announcements import listen_statement, listening_parameters, wakeups_supported

log = logging.getLogger(__name__)

# Where nothing is announced, whoever waits is let look this often.
POLL_SECONDS = 1.0
RECONNECT_SECONDS = 1.0


class Subscription:
    """One who waits for announcements."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for an announcement since the last call, that long at most; returns whether it is time to look.

        While the database announces nothing it is so every :data:`POLL_SECONDS`.
        """
        hears = self._exchange.is_connected
        try:
            await asyncio.wait_for(self._event.wait(), seconds if hears else min(seconds, POLL_SECONDS))
        except TimeoutError:
            return not hears
        self._event.clear()
        return True


class Exchange:
    """Passes one channel's announcements on to those who wait in this event loop."""

    def __init__(self, channel: str) -> None:
        self.subscriptions: defaultdict[str, set[Subscription]] = defaultdict(set)
        self.is_connected = False
        self._channel = channel
        self._task = asyncio.create_task(self._run()) if wakeups_supported() else None

    def wake(self, payload: str = "") -> None:
        """Wake those who wait for the payload; an empty one is everybody's concern."""
        concerned = [self.subscriptions[payload]] if payload in self.subscriptions else []
        for group in concerned if payload else list(self.subscriptions.values()):
            for subscription in group:
                subscription.wake()

    def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                log.warning("The database sends no announcements; it is queried every second.", exc_info=error)
            self.is_connected = False
            self.wake()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        """Pass announcements on until the connection breaks; whoever waits looks once when it begins."""
        async with await psycopg.AsyncConnection.connect(**listening_parameters()) as connection:
            await connection.execute(listen_statement([self._channel]))
            self.is_connected = True
            self.wake()
            async for told in connection.notifies():
                self.wake(told.payload)


exchanges: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Exchange]] = WeakKeyDictionary()


@asynccontextmanager
async def subscribe(channel: str, payload: str) -> AsyncIterator[Subscription]:
    """Subscribe to what is announced on the channel with this payload, while the context lasts.

    Whoever subscribes first and looks then misses nothing.
    """
    running = exchanges.setdefault(asyncio.get_running_loop(), {})
    exchange = running.get(channel) or running.setdefault(channel, Exchange(channel))
    subscription = Subscription(exchange)
    exchange.subscriptions[payload].add(subscription)
    try:
        yield subscription
    finally:
        exchange.subscriptions[payload].discard(subscription)
        if not exchange.subscriptions[payload]:
            del exchange.subscriptions[payload]
        if not exchange.subscriptions:
            running.pop(channel, None)
            exchange.close()
