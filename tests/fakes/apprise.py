"""A Gotify server, an ntfy server and Telegram's API over real HTTP, as far as Apprise uses them."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from tests.fakes.gateway import DEADLINE, Reply
from tests.fakes.web_server import FakeHandler, FakeServer, ServedFake

GOTIFY_TOKEN = "AQd8f.n2kfQ3x_1"


@dataclass
class Arrived:
    """One request: its method, path, headers and JSON body."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


class FakeService(ServedFake):
    """Use as a context manager. It accepts messages of Gotify (`/message`) and ntfy (`/`), and Matrix's requests."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.replies: deque[Reply] = deque()
        self._guard = threading.Lock()

    def make_server(self) -> FakeServer:
        return ServiceServer(self)

    @property
    def gotify(self) -> str:
        """Return the address of an application of this Gotify server, in Apprise's form."""
        return f"gotify://{self.host}/{GOTIFY_TOKEN}"

    @property
    def messages(self) -> list[str]:
        return [one.body["message"] for one in self.arrived if one.path in {"/message", "/"}]

    def take(self, arrived: Arrived) -> Reply:
        """Return the answer that the service would give, or the one that was scripted."""
        with self._guard:
            self.arrived.append(arrived)
            if self.replies:
                return self.replies.popleft()
        if arrived.path == "/message":
            is_known = arrived.headers.get("x-gotify-key") == GOTIFY_TOKEN
            return Reply(200, {}, {"id": 1}) if is_known else Reply(401, {}, {"error": "Unauthorized"})
        if arrived.path == "/":
            return Reply(200, {}, {"id": "hwQ2YpKdmg", "event": "message"})
        if arrived.path.startswith("/_matrix/client/"):
            return Reply(200, {}, {"event_id": "$1", "user_id": "@ana:example.org", "room_id": "!ops:example.org"})
        return Reply(404, {}, {})


class ServiceServer(FakeServer):
    def __init__(self, fake: FakeService) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), ServiceHandler)


class ServiceHandler(FakeHandler):
    server: ServiceServer

    def do_POST(self) -> None:  # noqa: N802 (the name is http.server's)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        arrived = Arrived(self.command, self.path.partition("?")[0], headers, json.loads(body) if body else None)
        reply = self.server.fake.take(arrived)
        if reply.hold:
            reply.hold.wait(DEADLINE)
        self.respond(reply.status, reply.headers, json.dumps(reply.body).encode())

    do_PUT = do_GET = do_POST  # noqa: N815
