"""Fan-outs in event loops: reading after announcements, several processes, and the end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.utils import timezone

from tests.factories import RoomFactory, UserFactory, message_in
from tests.workspace.live.conftest import Client
from workspace.live import fanout as fanout_module
from workspace.live import member_delivery
from workspace.live.fanout import Fanout, current_fanout
from workspace.models import LiveEvent, Room, User
from workspace.services.live import EVENTS_KEPT, prune_live_events
from workspace.services.room_activity import MAX_PAYLOAD_BYTES, publish_room_activity, publish_transient
from workspace.wakeups import subscriptions

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 30.0
MESSAGES, NOTIFY_ROOM = "stream-room-messages", "stream-notify-room"


class Waiting(Client):
    """A client that can wait for what it receives."""

    def __init__(self, user: User | None = None) -> None:
        super().__init__(user)
        self.received = asyncio.Event()

    def deliver(self, frame: Any) -> None:
        super().deliver(frame)
        self.received.set()

    async def next(self) -> list[Any]:
        """Return the arguments of the next event."""
        while not self.frames:
            self.received.clear()
            await self.received.wait()
        args: list[Any] = self.frames.pop(0).args
        return args


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(main(), DEADLINE))


async def elsewhere(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call the function in a thread with its own database connection, like another request."""

    def called() -> Any:
        try:
            return call(*arguments, **named)
        finally:
            connection.close()

    return await sync_to_async(called, thread_sensitive=False)()


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def room(ana: User) -> Room:
    return RoomFactory(members=[ana])


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Do not wait for further announcements, and restore the handlers of signals."""
    monkeypatch.setattr(fanout_module, "BATCH_SECONDS", 0.0)
    monkeypatch.setattr(member_delivery, "PAUSE_SECONDS", 0.0)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_message_of_another_request_is_delivered_at_once(
    room: Room, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also on SQLite: the loop would otherwise poll only after the deadline."""
    monkeypatch.setattr(subscriptions, "POLL_SECONDS", DEADLINE * 2)

    async def main() -> None:
        client = Waiting(ana)
        await current_fanout().subscribe(client, MESSAGES, room.public_id)
        await elsewhere(message_in, room, ana, "hello")
        ((described),) = await client.next()
        assert described["msg"] == "hello"
        await elsewhere(message_in, room, ana, "again")
        ((described),) = await client.next()
        assert described["msg"] == "again"

    run(main)


def test_two_processes_deliver_to_their_own_listeners(room: Room, ana: User) -> None:
    async def main() -> None:
        first, second = Fanout(), Fanout()
        clients = [Waiting(ana), Waiting(ana)]
        for fanout, client in zip((first, second), clients, strict=True):
            await fanout.subscribe(client, MESSAGES, room.public_id)
            await fanout.subscribe(client, NOTIFY_ROOM, f"{room.public_id}/user-activity")
        await elsewhere(message_in, room, ana, "hello")
        assert [(await client.next())[0]["msg"] for client in clients] == ["hello"] * 2
        event = f"{room.public_id}/user-activity"
        await elsewhere(publish_room_activity, user=ana, event=event, args=["ana", ["user-typing"]])
        assert [await client.next() for client in clients] == [["ana", ["user-typing"]]] * 2

    run(main)


def test_nothing_is_delivered_before_the_commit(room: Room, ana: User) -> None:
    def post_and_roll_back() -> None:
        with transaction.atomic():
            message_in(room, ana, "never")
            transaction.set_rollback(True)

    async def main() -> None:
        client = Waiting(ana)
        await current_fanout().subscribe(client, MESSAGES, room.public_id)
        await elsewhere(post_and_roll_back)
        await elsewhere(message_in, room, ana, "hello")
        assert (await client.next())[0]["msg"] == "hello"

    run(main)


def test_a_lost_announcement_delays_a_message_until_the_next_check(
    room: Room, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout_module, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(subscriptions, "POLL_SECONDS", DEADLINE * 2)
    monkeypatch.setattr("workspace.services.live.announce", lambda _channel: None)

    async def main() -> None:
        client = Waiting(ana)
        await current_fanout().subscribe(client, MESSAGES, room.public_id)
        await elsewhere(message_in, room, ana, "hello")
        assert (await client.next())[0]["msg"] == "hello"

    run(main)


def test_changed_subscriptions_follow(room: Room, ana: User) -> None:
    async def main() -> None:
        client = Waiting(ana)
        await current_fanout().subscribe(client, "stream-notify-user", f"{ana.public_id}/subscriptions-changed")
        bob = await elsewhere(UserFactory)
        await elsewhere(message_in, room, bob, "hello")
        action, described = await client.next()
        assert (action, described["rid"]) == ("updated", room.public_id)

    run(main)


def test_reading_ends_with_the_last_listener_and_begins_again(room: Room, ana: User) -> None:
    async def main() -> None:
        fanout, client = current_fanout(), Waiting(ana)
        await fanout.subscribe(client, MESSAGES, room.public_id)
        task = fanout._task
        assert task
        fanout.close(client)
        await elsewhere(message_in, room, ana, "unheard")
        await asyncio.wait([task])
        await fanout.subscribe(client, MESSAGES, room.public_id)
        await elsewhere(message_in, room, ana, "heard")
        assert (await client.next())[0]["msg"] == "heard"

    run(main)


def test_many_subscriptions_at_once_are_checked_together(room: Room) -> None:
    users = [UserFactory() for _number in range(20)]

    async def main() -> None:
        fanout = current_fanout()
        clients = [Client(user) for user in users]
        errors = await asyncio.gather(
            *(fanout.subscribe(client, MESSAGES, room.public_id) for client in clients), return_exceptions=True
        )
        assert errors == [None] * 20
        assert len(fanout.index.listeners()) == 20

    run(main)


def test_the_listeners_end_when_the_server_stops(room: Room, ana: User) -> None:
    called = []
    signal.signal(signal.SIGTERM, lambda *_arguments: called.append("server"))

    async def main() -> None:
        client = Waiting(ana)
        await current_fanout().subscribe(client, MESSAGES, room.public_id)
        os.kill(os.getpid(), signal.SIGTERM)
        while not client.ended:
            await asyncio.sleep(0)
        assert client.ended == "stopping"

    run(main)
    assert called == ["server"]


def test_events_that_are_too_long_for_an_announcement_are_rows(room: Room) -> None:
    publish_transient(event=f"{room.public_id}/user-activity", args=["x" * MAX_PAYLOAD_BYTES])
    assert LiveEvent.objects.filter(kind="transient").exists()


def test_old_rows_are_pruned(room: Room, ana: User) -> None:
    message_in(room, ana, "old")
    LiveEvent.objects.update(created_at=timezone.now() - EVENTS_KEPT - timedelta(seconds=1))
    message_in(room, ana, "new")
    kept = LiveEvent.objects.filter(created_at__gt=timezone.now() - EVENTS_KEPT).count()
    assert prune_live_events() > 0
    assert LiveEvent.objects.count() == kept
    assert prune_live_events() == 0
