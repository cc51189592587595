"""Web sockets of a real server, on a free port."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.fakes.servers import port_free
from tests.waiting import wait_until
from tests.workspace.ddp.conftest import CONNECT
from workspace.ddp import limits
from workspace.ddp.handlers import all_handlers
from workspace.ddp.session import Session
from workspace.ddp.site import SocketSite
from workspace.server import socket_protocol
from workspace.server.protocol import BoundedProtocol

UPGRADE = (
    b"GET /websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Running:
    """The server in another thread."""

    def __init__(self) -> None:
        self.port = port_free()
        config = uvicorn.Config(
            SocketSite(nothing), port=self.port, http=BoundedProtocol, lifespan="off", log_config=None
        )
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run)
        self._thread.start()
        wait_until(lambda: self.server.started)

    @contextmanager
    def open(self, **options: Any) -> Iterator[ClientConnection]:
        """Open a socket and agree on the version."""
        with connect(f"ws://localhost:{self.port}/websocket", **options) as client:
            client.send(json.dumps(CONNECT))
            assert json.loads(client.recv(10)) == {"server_id": "0"}
            assert json.loads(client.recv(10))["msg"] == "connected"
            yield client

    def sessions(self) -> tuple[asyncio.AbstractEventLoop, set[Session]]:
        """Return the server's loop and its sockets, after the first one was opened."""
        wait_until(lambda: any(loop.is_running() for loop in list(all_handlers)))
        (loop,) = (loop for loop in all_handlers if loop.is_running())
        return loop, all_handlers[loop].sockets.all

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join()


async def nothing(_scope: Any, _receive: Any, _send: Any) -> None:
    """The rest of the site."""


@pytest.fixture
def running() -> Iterator[Running]:
    started = Running()
    yield started
    started.stop()


def closing_code(client: ClientConnection) -> int | None:
    """Wait until the server closes the socket; returns the code."""
    with pytest.raises(ConnectionClosed) as closed:
        client.recv(10)
    return closed.value.rcvd and closed.value.rcvd.code


def test_messages_are_not_compressed(running: Running) -> None:
    with running.open(compression="deflate") as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers
        assert client.protocol.extensions == []


# The client is still sending most of a long message when the server has rejected it.
@pytest.mark.thorough
@pytest.mark.any_database
@pytest.mark.parametrize(("times", "fragments"), [(1, 1), (1, 4), (16, 1), (16, 64)])
def test_a_message_that_is_too_large_closes_the_socket(running: Running, times: int, fragments: int) -> None:
    size = times * limits.MESSAGE_BYTES // fragments + 1
    with running.open() as client:
        with suppress(ConnectionClosed):
            client.send(["x" * size] * fragments)
        assert closing_code(client) == 1009


def test_a_rejected_client_that_stays_is_disconnected(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_protocol, "LINGER_SECONDS", 0.1)
    with socket.create_connection(("localhost", running.port)) as client:
        client.sendall(UPGRADE)
        assert client.recv(1_000).startswith(b"HTTP/1.1 101 ")
        # A text frame of 2**32 bytes, of which only the header arrives.
        client.sendall(b"\x81\xff" + (2**32).to_bytes(8, "big") + b"mask")
        wait_until(lambda: not running.server.server_state.connections)


@pytest.mark.thorough
@pytest.mark.any_database
def test_a_client_that_does_not_read_is_cut_off(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket_protocol, "WRITE_SECONDS", 0.3)
    with socket.create_connection(("localhost", running.port)) as client:
        client.sendall(UPGRADE)
        loop, sessions = running.sessions()
        wait_until(lambda: len(sessions) == 1)
        (session,) = sessions

        def send_until_closed() -> None:
            while not session.is_closed:
                session.send_text("x" * 100_000)

        loop.call_soon_threadsafe(send_until_closed)
        wait_until(lambda: not running.server.server_state.connections)
    assert sessions == set()


def test_a_stopping_server_closes_its_sockets(running: Running) -> None:
    with running.open() as client:
        running.stop()
        assert closing_code(client) == 1012
