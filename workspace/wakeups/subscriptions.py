"""Listening in an event loop, where many tasks wait at once: one connection per channel."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from weakref import WeakKeyDictionary

import psycopg

from workspace.logs.events import LogEvent
from workspace.wakeups.announcements import listen_statement, listening_parameters, local_wakers, wakeups_supported

ANNOUNCEMENTS_LOST = LogEvent(
    "announcements.lost",
    "The database sends no announcements to a web process, which queries it every second.",
    level=logging.WARNING,
)

# If there are no announcements, waiting tasks poll at this interval.
POLL_SECONDS = 1.0
RECONNECT_SECONDS = 1.0
# A task that does not read its payloads loses the oldest ones.
MAX_PAYLOADS = 10_000


class Subscription:
    """A task that waits for announcements."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._event = asyncio.Event()
        self._payloads: deque[str] = deque(maxlen=MAX_PAYLOADS)

    def wake(self, payload: str) -> None:
        self._payloads.append(payload)
        self._event.set()

    def take_payloads(self) -> list[str]:
        """Return the payloads of the announcements since the last call, in order; :meth:`wait` then waits for more."""
        payloads = list(self._payloads)
        self._event.clear()
        self._payloads.clear()
        return payloads

    async def wait(self, seconds: float) -> bool:
        """Wait for an announcement since the last call, up to `seconds`; returns True if the caller should check its
        rows.

        While the database sends no announcements, this is the case every :data:`POLL_SECONDS`.
        """
        is_connected = self._exchange.is_connected
        try:
            await asyncio.wait_for(self._event.wait(), seconds if is_connected else min(seconds, POLL_SECONDS))
        except TimeoutError:
            return not is_connected
        self._event.clear()
        return True


class Exchange:
    """Distributes the announcements of one channel to the waiting tasks of this event loop."""

    def __init__(self, channel: str) -> None:
        self.subscriptions: defaultdict[str | None, set[Subscription]] = defaultdict(set)
        self.is_connected = False
        self._channel = channel
        self._task = asyncio.create_task(self._run(), context=Context()) if wakeups_supported() else None

    def wake(self, payload: str = "") -> None:
        """Wake the tasks that wait for this payload or for any; an empty payload wakes all tasks."""
        keys = [payload, None] if payload else list(self.subscriptions)
        for key in keys:
            for subscription in self.subscriptions.get(key, ()):
                subscription.wake(payload)

    def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                ANNOUNCEMENTS_LOST.log(exc_info=error)
            self.is_connected = False
            self.wake()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        """Distribute announcements until the connection breaks. All tasks are woken once at the start."""
        async with await psycopg.AsyncConnection.connect(**listening_parameters()) as connection:
            await connection.execute(listen_statement([self._channel]))
            self.is_connected = True
            self.wake()
            async for notify in connection.notifies():
                self.wake(notify.payload)


exchanges: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Exchange]] = WeakKeyDictionary()


def wake_loops(channel: str, payload: str) -> None:
    """Wake the tasks of all event loops of this process, from any thread."""
    for loop, loop_exchanges in loops_waiting():
        if exchange := loop_exchanges.get(channel):
            # A loop that has been closed raises RuntimeError.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(exchange.wake, payload)


def loops_waiting() -> list[tuple[asyncio.AbstractEventLoop, dict[str, Exchange]]]:
    """Return the event loops with waiting tasks; none if another thread adds one at the same time, which then polls."""
    try:
        return list(exchanges.items())
    except RuntimeError:
        return []


local_wakers.append(wake_loops)


@asynccontextmanager
async def subscribe(channel: str, payload: str | None) -> AsyncIterator[Subscription]:
    """Subscribe to announcements on the channel with this payload (None: any), for the duration of the context.

    Callers that check their rows after subscribing miss nothing.
    """
    loop_exchanges = exchanges.setdefault(asyncio.get_running_loop(), {})
    exchange = loop_exchanges.get(channel) or loop_exchanges.setdefault(channel, Exchange(channel))
    subscription = Subscription(exchange)
    exchange.subscriptions[payload].add(subscription)
    try:
        yield subscription
    finally:
        exchange.subscriptions[payload].discard(subscription)
        if not exchange.subscriptions[payload]:
            del exchange.subscriptions[payload]
        if not exchange.subscriptions:
            loop_exchanges.pop(channel, None)
            exchange.close()
