"""A fan-out without an event loop: it reads in the test's transaction when the test asks for it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from tests.factories import RoomFactory, UserFactory
from workspace.errors import ApplicationError
from workspace.live.fanout import Fanout
from workspace.live.index import Entry
from workspace.live.listeners import Frame
from workspace.models import Room, RoomType, User

R = TypeVar("R")


async def run_inline(work: Callable[..., R], /, *arguments: Any, **named: Any) -> R:
    """Call the function here instead of in a database thread."""
    return work(*arguments, **named)


def finish(coroutine: Coroutine[Any, Any, R]) -> R:
    """Run a coroutine that never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        result: R = finished.value
        return result
    raise AssertionError("The coroutine waits for something.")


class Client:
    """A connected client that records what it receives."""

    def __init__(self, user: User | None = None, auth_digest: str | None = None) -> None:
        self.user_id = user.pk if user else None
        self.auth_digest = auth_digest
        self.frames: list[Frame] = []
        self.dropped: list[tuple[str, str]] = []
        self.ended = ""

    def deliver(self, frame: Frame) -> None:
        self.frames.append(frame)

    def drop(self, name: str, event: str) -> None:
        self.dropped.append((name, event))

    def end(self, reason: str) -> None:
        self.ended = reason

    def take(self, event: str = "") -> list[list[Any]]:
        """Return the arguments of the events (those that end like this) received since the last call."""
        taken = [frame.args for frame in self.frames if frame.event.endswith(event)]
        self.frames.clear()
        return taken


class Live(Fanout):
    """A fan-out for tests. Its listeners subscribe and receive when the test says so."""

    def __init__(self) -> None:
        super().__init__(run_inline)

    def keep_reading(self) -> None:
        self._is_started = True

    def deliver_member_updates(self) -> None:
        """Leave this to `deliver_now`."""

    def hear(self, client: Client, name: str, *events: str, options: object = None) -> Client:
        """Subscribe the client to events; raises the error if one is refused."""
        for error in self.try_hear(client, name, *events):
            if error is not None:
                raise error
        for event in events if options is not None else ():
            finish(self.presences.watch(Entry(client, client.user_id, name, event), options))
        return client

    def hear_own(self, user: User, *suffixes: str, auth_digest: str | None = None) -> Client:
        """Return a client of the user that hears these events of `stream-notify-user`."""
        events = [f"{user.public_id}/{suffix}" for suffix in suffixes]
        return self.hear(Client(user, auth_digest), "stream-notify-user", *events)

    def try_hear(self, client: Client, name: str, *events: str) -> list[ApplicationError | None]:
        """Subscribe the client to events and return the error of each, if any."""
        return finish(self.admit([Entry(client, client.user_id, name, event) for event in events]))

    def deliver_now(self) -> None:
        """Read and deliver everything that has happened."""
        finish(self.read())
        finish(self.members.deliver())


@pytest.fixture
def live(db: None) -> Live:
    return Live()


@pytest.fixture
def ana(db: None) -> User:
    return UserFactory(username="ana")


@pytest.fixture
def bob(db: None) -> User:
    return UserFactory(username="bob")


@pytest.fixture
def room(ana: User, bob: User) -> Room:
    """A private group of both."""
    return RoomFactory(name="ops", type=RoomType.PRIVATE, members=[ana, bob])
