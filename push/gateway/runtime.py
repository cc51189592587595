"""Runs the gateway's database work: directly, or in batches of many requests on separate threads.

Under ASGI one event loop serves all requests: work that arrives while a transaction is running is written together in
the next one. Under WSGI, and in tests, each request has its own loop, so there is nothing to batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from asgiref.sync import sync_to_async

from push.gateway.ledger import LedgerEntry, Result, SkipReason, Ticket, settle, take
from workspace.database.threads import Batcher, DatabaseThreads

AnswerT = TypeVar("AnswerT")
# The number of database threads.
THREADS = 4


class Runtime(Protocol):
    """Runs database work for the gateway. `outlives_requests`: work can continue after its request has ended."""

    outlives_requests: bool

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT: ...

    async def take(self, entries: Sequence[LedgerEntry]) -> list[Ticket | SkipReason]: ...

    async def settle(self, results: Sequence[Result]) -> list[int | None]: ...


class DirectRuntime:
    """Runs each piece of work separately, in the thread of the request."""

    outlives_requests = False

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT:
        return await sync_to_async(work)(*arguments)

    async def take(self, entries: Sequence[LedgerEntry]) -> list[Ticket | SkipReason]:
        return await self.run(take, entries)

    async def settle(self, results: Sequence[Result]) -> list[int | None]:
        return await self.run(settle, results)


class BatchingRuntime:
    """Batches the writes of many requests; must be used on one event loop."""

    outlives_requests = True

    def __init__(self) -> None:
        self._threads = DatabaseThreads(THREADS, "gateway")
        self._taking = Batcher[LedgerEntry, "Ticket | SkipReason"](take, self.run)
        self._settling = Batcher[Result, "int | None"](settle, self.run)

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT:
        return await self._threads.run(work, *arguments)

    async def take(self, entries: Sequence[LedgerEntry]) -> list[Ticket | SkipReason]:
        return await self._taking.put(entries)

    async def settle(self, results: Sequence[Result]) -> list[int | None]:
        return await self._settling.put(results)
