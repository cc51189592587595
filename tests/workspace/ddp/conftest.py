"""Sockets of the site, without a server. What they do in the database runs in the test's thread and transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator

from workspace.config.asgi import application
from workspace.database.threads import DatabaseThreads
from workspace.models import User
from workspace.services.sign_in import sign_in

CONNECT = {"msg": "connect", "version": "1", "support": ["1", "pre2", "pre1"]}
HOST = [(b"host", b"localhost")]


@pytest.fixture(autouse=True)
def _database_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the work of database threads in the test's thread, which has the transaction with the test's rows."""

    async def run(_self: DatabaseThreads, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return await sync_to_async(work)(*arguments, **named)

    monkeypatch.setattr(DatabaseThreads, "run", run)
    for module in ("calls.in_methods", "calls.in_sign_in", "handlers.in_methods", "handlers.in_sign_in"):
        monkeypatch.setattr(f"workspace.ddp.{module}", DatabaseThreads(1, "test").run)
    monkeypatch.setattr("workspace.ddp.sockets.in_database", DatabaseThreads(1, "test").run)


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
        answer: dict[str, Any] = await self.receive_output(5)
        return answer

    async def send(self, **message: Any) -> None:
        await self.send_text(json.dumps(message))

    async def send_text(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def next_text(self) -> str:
        """Return the next text."""
        message = await self.receive_output(5)
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

    async def sign_in(self, user: User) -> str:
        """Sign in with a new token; returns it."""
        token = await sync_to_async(sign_in)(user=user)
        assert "error" not in await self.call("login", {"resume": token})
        return token

    async def closing(self) -> tuple[int, str]:
        """Skip all messages until the server closes the socket; returns the code and the reason."""
        while (message := await self.receive_output(5))["type"] != "websocket.close":
            pass
        return message["code"], message["reason"]

    async def disconnect(self, code: int = 1000) -> None:
        """Close the socket, and wait until the site has finished with it."""
        await self.send_input({"type": "websocket.disconnect", "code": code})
        await self.wait(5)


Test = Callable[[], Coroutine[Any, Any, None]]
Run = Callable[[Test], None]


@pytest.fixture
def run() -> Run:
    """Runs a test in an event loop, in another thread."""
    return lambda test: async_to_sync(test)()
