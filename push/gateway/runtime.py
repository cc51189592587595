"""Where the gateway's work on the database is done: in line, or gathered from many requests on threads of its own.

Under ASGI one event loop serves every request, and what waits while one transaction runs is written together by the
next. Under WSGI, and in tests, every request has a loop to itself; there is nothing to gather.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, Protocol, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from push.gateway.ledger import Result, Taken, Ticket, Wish, settle, take

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")
# The most rows of one transaction, and the threads that write and read.
GATHERED_AT_ONCE = 500
THREADS = 4
FEW = 50
PATIENCE_SECONDS = 0.004


class Runtime(Protocol):
    """Does work on the database for the gateway."""

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT: ...

    async def take(self, wishes: Sequence[Wish]) -> list[Ticket | Taken]: ...

    async def settle(self, results: Sequence[Result]) -> list[int | None]: ...


class InLine:
    """Does each piece of work by itself, in the thread of the request."""

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT:
        return await sync_to_async(work)(*arguments)

    async def take(self, wishes: Sequence[Wish]) -> list[Ticket | Taken]:
        return await self.run(take, wishes)

    async def settle(self, results: Sequence[Result]) -> list[int | None]:
        return await self.run(settle, results)


class Gathered:
    """Gathers what requests want written; to be used on one event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")
        self._taking = Gatherer[Wish, "Ticket | Taken"](take, self.run)
        self._settling = Gatherer[Result, "int | None"](settle, self.run)

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT:
        return await asyncio.get_running_loop().run_in_executor(self._threads, on_fresh_connection, work, *arguments)

    async def take(self, wishes: Sequence[Wish]) -> list[Ticket | Taken]:
        return await self._taking.put(wishes)

    async def settle(self, results: Sequence[Result]) -> list[int | None]:
        return await self._settling.put(results)


def on_fresh_connection(work: Callable[..., AnswerT], *arguments: Any) -> AnswerT:
    """Do the work on this thread's database connection, unless that has ended meanwhile."""
    close_old_connections()
    try:
        return work(*arguments)
    finally:
        close_old_connections()


class Gatherer(Generic[ItemT, AnswerT]):
    """Hands over to `work` together whatever was put while it was busy with what came before."""

    def __init__(self, work: Callable[[Sequence[ItemT]], list[AnswerT]], run: Callable[..., Any]) -> None:
        self._work = work
        self._run = run
        self._waiting: list[tuple[Sequence[ItemT], asyncio.Future[list[AnswerT]]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, items: Sequence[ItemT]) -> list[AnswerT]:
        """Return what became of the items; raises what the work raised, as do those that it was done with."""
        future: asyncio.Future[list[AnswerT]] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, future))
        if self._task is None:
            self._task = asyncio.create_task(self._go_on())
        return await future

    async def _go_on(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < FEW:
                    # While others are on their way, a moment's patience saves a transaction for each of them.
                    await asyncio.sleep(PATIENCE_SECONDS)
                await self._together(self._next())
        finally:
            self._task = None

    def _next(self) -> list[tuple[Sequence[ItemT], asyncio.Future[list[AnswerT]]]]:
        """Return what is to be done next: as many as fit into one transaction, at least one."""
        count = size = 0
        for items, _future in self._waiting:
            size += len(items)
            if count and size > GATHERED_AT_ONCE:
                break
            count += 1
        chosen, self._waiting = self._waiting[:count], self._waiting[count:]
        return chosen

    async def _together(self, chosen: list[tuple[Sequence[ItemT], asyncio.Future[list[AnswerT]]]]) -> None:
        items = [item for some, _future in chosen for item in some]
        try:
            answers = await self._run(self._work, items)
        except Exception as error:
            for _some, future in chosen:
                if not future.done():
                    future.set_exception(error)
            return
        start = 0
        for some, future in chosen:
            if not future.done():
                future.set_result(answers[start : start + len(some)])
            start += len(some)
