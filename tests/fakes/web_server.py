"""What the fakes that are served over HTTP/1.1 have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class FakeServer(ThreadingHTTPServer):
    """A server on a local port. Its threads end with the process at the latest."""

    daemon_threads = True
    request_queue_size = 256
    scheme = "http"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class FakeHandler(BaseHTTPRequestHandler):
    """Handles the requests of a connection, without logging."""

    protocol_version = "HTTP/1.1"

    def respond(self, status: int, headers: Mapping[str, str], content: bytes = b"") -> None:
        """Send a response."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Suppress log output in tests."""


class ServedFake(ABC):
    """A fake that serves while it is used as a context manager; `make_server` opens the port."""

    _server: FakeServer
    _thread: threading.Thread

    @abstractmethod
    def make_server(self) -> FakeServer:
        """Open the port and return the server."""

    @property
    def host(self) -> str:
        return self._server.host

    @property
    def address(self) -> str:
        return f"{self._server.scheme}://{self.host}"

    def __enter__(self) -> Self:
        self._server = self.make_server()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
