"""Database queries from an event loop without a free connection, and releasing connections."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse

from workspace.database.threads import Batcher, DatabaseThreads
from workspace.models import User
from workspace.server.middleware import ConnectionReleaseMiddleware


def without_connection() -> OperationalError:
    """Return the error of a pool without a free connection."""
    error = OperationalError("couldn't get a connection")
    error.__cause__ = psycopg.OperationalError("couldn't get a connection")
    return error


def test_queued_calls_fail_together_without_a_connection() -> None:
    called, go_on = list[str](), threading.Event()

    def fail(name: str) -> None:
        called.append(name)
        go_on.wait(30)
        raise without_connection()

    async def main() -> list[Any]:
        threads = DatabaseThreads(1, "test")
        calls = [asyncio.create_task(threads.run(fail, name)) for name in ("first", "second", "third")]
        while not called:
            await asyncio.sleep(0)
        go_on.set()
        results = await asyncio.gather(*calls, return_exceptions=True)
        with pytest.raises(OperationalError):
            await threads.run(fail, "later")
        threads.executor.shutdown()
        return results

    results = asyncio.run(main())
    assert [type(result) for result in results] == [OperationalError] * 3
    assert called == ["first", "later"]


def test_batches_that_wait_fail_with_the_one_before() -> None:
    batches = []

    async def work(items: list[int]) -> list[int]:
        batches.append(items)
        raise without_connection()

    async def main() -> list[Any]:
        gatherer: Batcher[int, int] = Batcher(work, lambda call, items: call(items), batch=1, few=0)
        return await asyncio.gather(*(gatherer.put([number]) for number in range(3)), return_exceptions=True)

    assert [type(result) for result in asyncio.run(main())] == [OperationalError] * 3
    assert batches == [[0]]


@pytest.mark.django_db(transaction=True)
def test_a_response_is_sent_without_a_connection() -> None:
    """A slow client must not block a connection of the pool."""

    def page(_request: HttpRequest) -> HttpResponse:
        User.objects.exists()
        assert connection.connection is not None
        return HttpResponse()

    assert ConnectionReleaseMiddleware(page)(HttpRequest()).status_code == 200
    assert connection.connection is None
