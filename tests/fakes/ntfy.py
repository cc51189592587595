"""An ntfy server over real HTTP: it checks what is published as ntfy does, and keeps it."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.fakes.gateway import DEADLINE, Reply

TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
DISALLOWED = {"docs", "static", "file", "app", "account", "settings", "signup", "login"}
FIELDS = {
    "topic": str,
    "title": str,
    "message": str,
    "priority": int,
    "tags": list,
    "click": str,
    "icon": str,
    "sequence_id": str,
}
ACCESS_TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"


@dataclass
class Published:
    """One accepted message, and the headers that it came with."""

    message: dict[str, Any]
    headers: dict[str, str]


def ntfy_error(status: int, code: int, error: str, **headers: str) -> Reply:
    """Return an error in ntfy's form."""
    return Reply(status, headers, {"code": code, "http": status, "error": error, "link": "https://ntfy.sh/docs"})


class FakeNtfy:
    """Use as a context manager; `address` is where it answers. With `protected`, publishing needs the access token."""

    def __init__(self, *, protected: bool = False, most_bytes: int = 8192) -> None:
        self.published: list[Published] = []
        self.requests: list[dict[str, str]] = []
        self.sizes: list[int] = []
        self.replies: deque[Reply] = deque()
        self._protected = protected
        self._most_bytes = most_bytes
        self._make_server = partial(NtfyServer, self)
        self._guard = threading.Lock()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def address(self) -> str:
        return f"http://{self.host}"

    @property
    def texts(self) -> list[str]:
        return [one.message["message"] for one in self.published]

    def topic(self, name: str = "ana-7Kq2x") -> str:
        """Return the address of a topic."""
        return f"{self.address}/{name}"

    def __enter__(self) -> Self:
        self._server = self._make_server()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Return the answer that ntfy would give, or the one that was scripted."""
        with self._guard:
            self.requests.append(headers)
            self.sizes.append(len(body))
            if self.replies:
                return self.replies.popleft()
            refusal = self._refusal(path, headers, body)
            if refusal is None:
                self.published.append(Published(json.loads(body), headers))
            return refusal or Reply(200, {}, {"id": "hwQ2YpKdmg", "event": "message"})

    def _refusal(self, path: str, headers: dict[str, str], body: bytes) -> Reply | None:
        if path != "/":
            return ntfy_error(404, 40401, "page not found")
        if len(body) > self._most_bytes:
            return ntfy_error(413, 41303, "JSON body too large")
        try:
            message = json.loads(body)
        except ValueError:
            return ntfy_error(400, 40017, "invalid request: request body must be message JSON")
        if any(not isinstance(message.get(name, kind()), kind) for name, kind in FIELDS.items()):
            return ntfy_error(400, 40017, "invalid request: request body must be message JSON")
        if not TOPIC.fullmatch(message.get("topic", "")):
            return ntfy_error(400, 40009, "invalid request: topic invalid")
        if message["topic"] in DISALLOWED:
            return ntfy_error(400, 40010, "invalid request: topic name is not allowed")
        if message.get("priority", 3) not in range(1, 6):
            return ntfy_error(400, 40007, "invalid priority parameter")
        authorization = headers.get("authorization", "")
        if authorization and authorization != f"Bearer {ACCESS_TOKEN}":
            return ntfy_error(401, 40101, "unauthorized")
        if self._protected and not authorization:
            return ntfy_error(403, 40301, "forbidden")
        return None


class NtfyServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fake: FakeNtfy) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), NtfyHandler)


class NtfyHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: NtfyServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.fake.take(self.path, headers, body)
        if reply.hold:
            reply.hold.wait(DEADLINE)
        answer = json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean."""
