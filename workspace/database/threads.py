"""Database queries from an event loop, on a few dedicated threads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import Error, close_old_connections

from workspace.database.troubles import Trouble, trouble_of

P = ParamSpec("P")
R = TypeVar("R")
ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
# The maximum size of a batch, and the size below which it pays to wait for more items.
MAX_BATCH = 500
SMALL_BATCH = 50
BATCH_WAIT_SECONDS = 0.004


class DatabaseThreads:
    """Runs functions that query the database on `count` threads.

    If no connection is available, each thread notices only after the timeout of the pool. Calls that were queued
    meanwhile fail with the same error, instead of waiting for another timeout.
    """

    def __init__(self, count: int, name: str) -> None:
        self.executor = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._failed_at = float("-inf")
        self._error: Error | None = None

    async def run(self, work: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
        """Run `work` on one of the threads and return its result."""
        # With the ids for log lines.
        call = partial(copy_context().run, work, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self.executor, self._call, call, time.monotonic())

    def _call(self, call: Callable[[], R], queued_at: float) -> R:
        if self._error is not None and self._failed_at > queued_at:
            raise type(self._error)(*self._error.args) from self._error.__cause__
        close_old_connections()
        try:
            return call()
        except Error as error:
            if trouble_of(error) is Trouble.NO_CONNECTION:
                self._error, self._failed_at = error, time.monotonic()
            raise
        finally:
            close_old_connections()


class Batcher(Generic[ItemT, ResultT]):
    """Collects items while a batch is being processed, and passes them to `work` as the next batch.

    `run` calls `work`. If the database has no connection, the queued items fail together with the batch.
    """

    def __init__(
        self,
        work: Callable[[Sequence[ItemT]], Any],
        run: Callable[..., Any],
        *,
        batch: int = MAX_BATCH,
        few: int = SMALL_BATCH,
    ) -> None:
        self._work = work
        self._run = run
        self._batch = batch
        self._few = few
        self._waiting: list[tuple[Sequence[ItemT], asyncio.Future[list[ResultT]]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, items: Sequence[ItemT]) -> list[ResultT]:
        """Return the results for the items; raises the error of `work`, like for all items in the batch."""
        future: asyncio.Future[list[ResultT]] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, future))
        if self._task is None:
            # A batch belongs to several requests, so it has no request's id in the log.
            self._task = asyncio.create_task(self._process(), context=Context())
        return await future

    async def _process(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < self._few:
                    # If more items are about to arrive, a short wait saves a transaction for each of them.
                    await asyncio.sleep(BATCH_WAIT_SECONDS)
                await self._process_batch(self._next_batch())
        finally:
            self._task = None

    def _next_batch(self) -> list[tuple[Sequence[ItemT], asyncio.Future[list[ResultT]]]]:
        """Return the next batch: as many calls as fit into a transaction, at least one."""
        count = size = 0
        for items, _future in self._waiting:
            size += len(items)
            if count and size > self._batch:
                break
            count += 1
        chosen, self._waiting = self._waiting[:count], self._waiting[count:]
        return chosen

    async def _process_batch(self, chosen: list[tuple[Sequence[ItemT], asyncio.Future[list[ResultT]]]]) -> None:
        items = [item for some, _future in chosen for item in some]
        try:
            results = await self._run(self._work, items)
        except Exception as error:
            if trouble_of(error) is Trouble.NO_CONNECTION:
                chosen, self._waiting = chosen + self._waiting, []
            for _some, future in chosen:
                if not future.done():
                    future.set_exception(error)
            return
        start = 0
        for some, future in chosen:
            if not future.done():
                future.set_result(results[start : start + len(some)])
            start += len(some)
