"""An ntfy server over real HTTP: it checks what is published as ntfy does, and keeps it."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from tests.fakes.gateway import DEADLINE, Reply
from tests.fakes.web_server import FakeHandler, FakeServer, ServedFake

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


class FakeNtfy(ServedFake):
    """Use as a context manager; `address` is where it answers. With `protected`, publishing needs the access token."""

    def __init__(self, *, protected: bool = False, most_bytes: int = 8192) -> None:
        self.published: list[Published] = []
        self.requests: list[dict[str, str]] = []
        self.sizes: list[int] = []
        self.replies: deque[Reply] = deque()
        self._protected = protected
        self._most_bytes = most_bytes
        self._guard = threading.Lock()

    def make_server(self) -> FakeServer:
        return NtfyServer(self)

    @property
    def texts(self) -> list[str]:
        return [one.message["message"] for one in self.published]

    def topic(self, name: str = "ana-7Kq2x") -> str:
        """Return the address of a topic."""
        return f"{self.address}/{name}"

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


class NtfyServer(FakeServer):
    def __init__(self, fake: FakeNtfy) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), NtfyHandler)


class NtfyHandler(FakeHandler):
    server: NtfyServer

    def do_POST(self) -> None:  # noqa: N802 (the name is http.server's)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.fake.take(self.path, headers, body)
        if reply.hold:
            reply.hold.wait(DEADLINE)
        self.respond(reply.status, reply.headers, json.dumps(reply.body).encode())
