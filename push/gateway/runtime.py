"""Where the gateway's work on the database is done: in line, or gathered from many requests on threads of its own.

Under ASGI one event loop serves every request, and what waits while one transaction runs is written together by the
next. Under WSGI, and in tests, every request has a loop to itself; there is nothing to gather.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from asgiref.sync import sync_to_async

from push.gateway.ledger import Result, Taken, Ticket, Wish, settle, take
from workspace.database.threads import Batcher, DatabaseThreads

AnswerT = TypeVar("AnswerT")
# The threads that write and read.
THREADS = 4


class Runtime(Protocol):
    """Does work on the database for the gateway. `outlives_requests`: work may go on when its request has ended."""

    outlives_requests: bool

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT: ...

    async def take(self, wishes: Sequence[Wish]) -> list[Ticket | Taken]: ...

    async def settle(self, results: Sequence[Result]) -> list[int | None]: ...


class InLine:
    """Does each piece of work by itself, in the thread of the request."""

    outlives_requests = False

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT:
        return await sync_to_async(work)(*arguments)

    async def take(self, wishes: Sequence[Wish]) -> list[Ticket | Taken]:
        return await self.run(take, wishes)

    async def settle(self, results: Sequence[Result]) -> list[int | None]:
        return await self.run(settle, results)


class Gathered:
    """Gathers what requests want written; to be used on one event loop."""

    outlives_requests = True

    def __init__(self) -> None:
        self._threads = DatabaseThreads(THREADS, "gateway")
        self._taking = Batcher[Wish, "Ticket | Taken"](take, self.run)
        self._settling = Batcher[Result, "int | None"](settle, self.run)

    async def run(self, work: Callable[..., AnswerT], *arguments: Any) -> AnswerT:
        return await self._threads.run(work, *arguments)

    async def take(self, wishes: Sequence[Wish]) -> list[Ticket | Taken]:
        return await self._taking.put(wishes)

    async def settle(self, results: Sequence[Result]) -> list[int | None]:
        return await self._settling.put(results)
