"""Receiving announcements of other processes in an event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from tests.workspace.wakeups.test_listener import listeners_end, on_postgresql
from workspace.wakeups import Subscription, announce, subscribe, subscriptions

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 30.0


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), DEADLINE))


async def elsewhere(call: Callable[..., None], *arguments: str) -> None:
    """Call the function in a thread with its own database connection."""

    def called() -> None:
        call(*arguments)
        connection.close()

    await sync_to_async(called)()


async def received(subscription: Subscription) -> None:
    """Wait until the subscription is connected and nothing is pending."""
    while not subscription._exchange.is_connected:
        await subscription.wait(0.01)
    await subscription.wait(0)


@on_postgresql
def test_only_matching_subscriptions_are_woken() -> None:
    async def main() -> None:
        async with subscribe("feed", "ana") as ana, subscribe("feed", "bob") as bob:
            await received(ana)
            await bob.wait(0)
            await elsewhere(announce, "feed", "bob")
            assert await bob.wait(DEADLINE)
            assert not await bob.wait(0)
            assert not await ana.wait(0)

    run(main)


@on_postgresql
def test_an_announcement_without_payload_wakes_everybody() -> None:
    async def main() -> None:
        async with subscribe("feed", "ana") as ana, subscribe("feed", "bob") as bob:
            await received(ana)
            await bob.wait(0)
            await elsewhere(announce, "feed")
            assert await ana.wait(DEADLINE)
            assert await bob.wait(DEADLINE)

    run(main)


@on_postgresql
def test_one_connection_serves_all_and_ends_with_the_last() -> None:
    async def main() -> None:
        async with subscribe("feed", "ana") as ana, subscribe("feed", "bob") as bob:
            await received(ana)
            assert ana._exchange is bob._exchange
            task = ana._exchange._task
        assert task
        with pytest.raises(asyncio.CancelledError):
            await task
        async with subscribe("feed", "ana") as anew:
            assert anew._exchange is not ana._exchange

    run(main)


@on_postgresql
def test_a_lost_connection_is_reestablished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "RECONNECT_SECONDS", 0.01)

    async def main() -> None:
        async with subscribe("feed", "ana") as ana:
            await received(ana)
            await elsewhere(listeners_end)
            assert await ana.wait(DEADLINE)
            await received(ana)
            await elsewhere(announce, "feed", "ana")
            assert await ana.wait(DEADLINE)

    run(main)


@pytest.mark.skipif(
    "postgres" in os.environ.get("DATABASE_URL", ""),
    reason="For databases without announcements; `make test` runs it on SQLite.",
)
def test_subscriptions_poll_without_announcements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "POLL_SECONDS", 0.01)

    async def main() -> None:
        async with subscribe("feed", "ana") as ana:
            assert await ana.wait(DEADLINE)

    run(main)
