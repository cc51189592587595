"""Delivers changed rooms and subscriptions after the events themselves, so that these do not wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextvars import Context

from workspace.live.deliveries import Delivery
from workspace.live.index import Index
from workspace.live.member_updates import (
    MemberChanges,
    find_targets,
    room_deliveries,
    split,
    subscription_deliveries,
)
from workspace.live.reading import Row
from workspace.live.running import Run
from workspace.logs.events import LogEvent

SUBSCRIPTIONS_NOT_READ = LogEvent(
    "live.subscriptions_not_read",
    "Changed subscriptions cannot be read. Clients see them with the next change.",
    level=logging.ERROR,
)

# How many subscriptions are read at once. Other events are read in between.
PART = 100
# Changes within this time are delivered together, after the events themselves: a message in a large room reaches its
# listeners before their changed subscriptions are read. Mobile apps wait for half a second before they apply them.
PAUSE_SECONDS = 0.3


class MemberDelivery:
    """The changed rooms and subscriptions that a fan-out has not delivered yet."""

    def __init__(self, run: Run, index: Index, deliver: Callable[[Iterable[Delivery]], None]) -> None:
        self._run = run
        self._index = index
        self._deliver = deliver
        self._changes = MemberChanges()
        self._task: asyncio.Task[None] | None = None

    def add(self, rows: Iterable[Row]) -> None:
        """Add what rows have changed."""
        for row in rows:
            self._changes.add(row)

    def start(self) -> None:
        """Deliver in a task, unless one is already running."""
        if self._changes and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._deliver_all(), context=Context())

    async def _deliver_all(self) -> None:
        while self._changes:
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                await self.deliver()
            except Exception:
                SUBSCRIPTIONS_NOT_READ.exception()

    async def deliver(self) -> None:
        """Deliver what has changed up to now."""
        changes, self._changes = self._changes, MemberChanges()
        targets = await self._run(find_targets, changes, self._index.interest())
        self._deliver(await self._run(room_deliveries, targets))
        for part in split(targets, PART):
            self._deliver(await self._run(subscription_deliveries, part))
