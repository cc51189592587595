"""An HTTP/2 server over TLS on a free port, in a separate thread, with scripted responses.

A reply can cause network faults: a delay, a stream reset, or a connection that is cut off before or after the request
was processed. `Faults` apply to whole connections.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.fakes.certificates import Authority, Issued
from tests.fakes.http2_connection import Connection
from tests.fakes.scripting import Faults, Reply, Request


class Http2Server(ABC):
    """Use as a context manager; `address` is its URL.

    `answer` is called in the server's thread with each request that is processed, and returns the reply.
    """

    def __init__(self, authority: Authority, *, port: int = 0, certificate: Issued | None = None) -> None:
        self.authority = authority
        self.faults = Faults()
        self.connections: list[Connection] = []
        self._port = port
        self._issued = certificate or authority.server()
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self._failure: OSError | None = None

    @abstractmethod
    def reply_to(self, request: Request) -> Reply:
        """Return the reply to a request."""

    @abstractmethod
    def carried_out(self, request: Request, reply: Reply) -> None:
        """Record that the request was processed with this reply, even if the connection was cut off."""

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self._port}"

    @property
    def open_connections(self) -> int:
        return sum(connection.open for connection in self.connections)

    def wait(self, condition: Callable[[Self], bool], *, timeout: float = 30.0) -> None:
        """Wait until the received requests satisfy the condition; fails after the deadline."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), timeout), f"Not within {timeout} s"

    def changed(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def goaway(self) -> None:
        """Send GOAWAY to every client. Running requests are still answered."""
        self._loop.call_soon_threadsafe(lambda: [connection.leave() for connection in self.connections])

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread.start()
        self._ready.wait()
        if self._failure:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            server = self._loop.run_until_complete(
                self._loop.create_server(lambda: Connection(self), "127.0.0.1", self._port, ssl=self._context())
            )
        except OSError as error:
            self._failure = error
            self._ready.set()
            self._loop.close()
            return
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for connection in self.connections:
            connection.cut()
        self._loop.run_until_complete(asyncio.sleep(0))
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _context(self) -> ssl.SSLContext:
        context = self._issued.server_context()
        context.set_alpn_protocols(["h2"])
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=self.authority.pem)
        return context
