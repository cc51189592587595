"""Sockets of the site, without a server."""

from __future__ import annotations

import asyncio
import json
from asyncio.base_events import BaseEventLoop
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from workspace.config.asgi import application
from workspace.database.threads import DatabaseThreads
from workspace.live.fanout import Fanout
from workspace.models import User
from workspace.services.sign_in import sign_in

Test = Callable[[], Coroutine[Any, Any, None]]
Run = Callable[[Test], None]

DEADLINE = 60
# How long a socket waits for a message (seconds). It never waits as long, unless the machine is very busy.
MESSAGE_DEADLINE = 30
CONNECT = {"msg": "connect", "version": "1", "support": ["1", "pre2", "pre1"]}
HOST = [(b"host", b"localhost")]


class TestThread:
    """Runs an event loop in another thread, and the loop's work in the database in the thread of the test."""

    __test__ = False

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def run(self, test: Test) -> None:
        """Run a test."""
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(asyncio.run, asyncio.wait_for(test(), DEADLINE))
            running.add_done_callback(lambda _running: self._work.put(None))
            while (work := self._work.get()) is not None:
                work()
            running.result()

    def submit(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> Future[Any]:
        """Return the result of a function, which is called in the thread of the test."""
        future: Future[Any] = Future()

        def work() -> None:
            # The task that waits for the result may have been cancelled, as at the end of a test.
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(call(*arguments, **named))
            except Exception as error:
                future.set_exception(error)

        self._work.put(work)
        return future


test_thread = TestThread()


async def in_test(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call a function in the thread of the test, which has the transaction with the test's rows."""
    return await asyncio.wrap_future(test_thread.submit(call, *arguments, **named))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a test in an event loop. What database threads do for it sees the test's rows."""
    run_in_executor = BaseEventLoop.run_in_executor

    def submit(loop: BaseEventLoop, executor: Any, work: Callable[..., Any], *arguments: Any) -> Any:
        if isinstance(getattr(work, "__self__", None), DatabaseThreads):
            call, _queued_at = arguments
            return asyncio.wrap_future(test_thread.submit(call), loop=loop)
        return run_in_executor(loop, executor, work, *arguments)

    monkeypatch.setattr(BaseEventLoop, "run_in_executor", submit)
    # Tests deliver what they post.
    monkeypatch.setattr(Fanout, "keep_reading", lambda _fanout: None)
    return test_thread.run


class Socket(ApplicationCommunicator):  # type: ignore[misc]
    """The client's side of a socket. (Channels' own communicator can only be imported with its server, daphne.)"""

    def __init__(self, path: str = "/websocket", *, address: str = "192.0.2.1", **scope: Any) -> None:
        super().__init__(
            application,
            {
                "type": "websocket",
                "path": path,
                "query_string": b"",
                "headers": HOST,
                "client": (address, 50_000),
                "extensions": {"websocket.http.response": {}},
                **scope,
            },
        )

    async def open(self) -> dict[str, Any]:
        """Ask for the socket to be opened, and return the answer."""
        await self.send_input({"type": "websocket.connect"})
        answer: dict[str, Any] = await self.receive_output(MESSAGE_DEADLINE)
        return answer

    async def send(self, **message: Any) -> None:
        await self.send_text(json.dumps(message))

    async def send_text(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def next_text(self) -> str:
        """Return the next text."""
        message = await self.receive_output(MESSAGE_DEADLINE)
        assert message["type"] == "websocket.send", message
        return str(message["text"])

    async def next(self) -> dict[str, Any]:
        """Return the next message."""
        message: dict[str, Any] = json.loads(await self.next_text())
        return message

    async def until(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return the next message of this kind, and skip those before it."""
        while True:
            message = await self.next()
            if message.get("msg") == kind and fields.items() <= message.items():
                return message

    async def start(self) -> Socket:
        """Open the socket and agree on the version."""
        assert (await self.open())["type"] == "websocket.accept"
        await self.send(**CONNECT)
        await self.until("connected")
        return self

    async def call(self, method: str, *params: Any) -> dict[str, Any]:
        """Return the `result` message of a method."""
        self.calls = getattr(self, "calls", 0) + 1
        await self.send(msg="method", method=method, params=list(params), id=f"call{self.calls}")
        result = await self.until("result", id=f"call{self.calls}")
        await self.until("updated", methods=[f"call{self.calls}"])
        return result

    async def subscribe(self, name: str, *params: Any, key: str = "") -> dict[str, Any]:
        """Start a subscription, and return the answer; its id is the event unless given."""
        key = key or params[0]
        await self.send(msg="sub", id=key, name=name, params=list(params))
        message = await self.next()
        while key not in (message.get("id"), *message.get("subs", ())):
            message = await self.next()
        return message

    async def sign_in(self, user: User) -> str:
        """Sign in with a new token; returns it."""
        token = await in_test(sign_in, user=user)
        assert "error" not in await self.call("login", {"resume": token})
        return token

    async def closing(self) -> tuple[int, str]:
        """Skip all messages until the server closes the socket; returns the code and the reason."""
        while (message := await self.receive_output(MESSAGE_DEADLINE))["type"] != "websocket.close":
            pass
        return message["code"], message["reason"]

    async def disconnect(self, code: int = 1000) -> None:
        """Close the socket, and wait until the site has finished with it."""
        await self.send_input({"type": "websocket.disconnect", "code": code})
        await self.wait(MESSAGE_DEADLINE)
