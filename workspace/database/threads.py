"""Querying the database from an event loop, on a few threads of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import Error, close_old_connections

from workspace.database.troubles import Trouble, trouble_of

P = ParamSpec("P")
R = TypeVar("R")
ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")
# The most items of one batch, and how many are few: then it pays to wait a moment for more.
BATCH = 500
FEW = 50
PATIENCE_SECONDS = 0.004


class DatabaseThreads:
    """Runs functions that query the database on `count` threads.

    While no connection can be had, each thread finds that out only after the pool's timeout. Calls that have waited
    in the queue meanwhile fail with the same error, instead of each waiting for that time again.
    """

    def __init__(self, count: int, name: str) -> None:
        self.executor = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._failed_at = float("-inf")
        self._error: Error | None = None

    async def run(self, work: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
        """Return what `work` returns when it is called on one of the threads."""
        call = partial(work, *arguments, **named)
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


class Batcher(Generic[ItemT, AnswerT]):
    """Passes to `work` in one batch what was put while it was busy with the batch before.

    `run` calls `work`. When the database has no connection, what is waiting fails together with the batch.
    """

    def __init__(
        self, work: Callable[[Sequence[ItemT]], Any], run: Callable[..., Any], *, batch: int = BATCH, few: int = FEW
    ) -> None:
        self._work = work
        self._run = run
        self._batch = batch
        self._few = few
        self._waiting: list[tuple[Sequence[ItemT], asyncio.Future[list[AnswerT]]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, items: Sequence[ItemT]) -> list[AnswerT]:
        """Return the answers to the items; raises what the work raised, as for all items of its batch."""
        future: asyncio.Future[list[AnswerT]] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, future))
        if self._task is None:
            self._task = asyncio.create_task(self._go_on())
        return await future

    async def _go_on(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < self._few:
                    # While others are on their way, a moment's patience saves a transaction for each of them.
                    await asyncio.sleep(PATIENCE_SECONDS)
                await self._together(self._next())
        finally:
            self._task = None

    def _next(self) -> list[tuple[Sequence[ItemT], asyncio.Future[list[AnswerT]]]]:
        """Return the next batch: as many as fit into one transaction, at least one."""
        count = size = 0
        for items, _future in self._waiting:
            size += len(items)
            if count and size > self._batch:
                break
            count += 1
        chosen, self._waiting = self._waiting[:count], self._waiting[count:]
        return chosen

    async def _together(self, chosen: list[tuple[Sequence[ItemT], asyncio.Future[list[AnswerT]]]]) -> None:
        items = [item for some, _future in chosen for item in some]
        try:
            answers = await self._run(self._work, items)
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
                future.set_result(answers[start : start + len(some)])
            start += len(some)
