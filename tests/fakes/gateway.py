"""A push gateway that implements the protocol over real HTTP, sends scripted responses, and records requests."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.fakes.web_server import FakeHandler, FakeServer

DEADLINE = 30.0
SENDER_HEADER = "X-Test-Sender"
# The response of a cloud without news.
NEWS: dict[str, Any] = {
    "workspaceId": "workspace",
    "terms": {"current": None, "required": 0, "agreed": 0},
    "license": None,
    "usage": {"month": "2026-01", "used": 0, "limit": None},
}


@dataclass
class Reply:
    """How a request is answered: delayed until `hold` is set, then cut off without a response, or answered."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = field(default_factory=dict)
    cut: bool = False
    hold: threading.Event | None = None


@dataclass
class Received:
    """A request with the status of its response (0 if there is none).

    `sender` is the number of the process that sent it, if known (`tests/fakes/signing.py`).
    """

    service: str
    authorization: str
    token: str
    options: dict[str, Any]
    sender: int = 0
    status: int = 0
    traceparent: str = ""
    received_at: float = field(default_factory=time.monotonic)


class FakeGateway:
    """Use as a context manager; `address` is its URL, on a free port unless one is given.

    If `announces` is set, the gateway announces it as its batch form; `replaces` announces that it replaces
    notifications. It is also the cloud that issues `access_tokens` one after the other; only the last one is accepted.
    While `cloud_hold` is set, the cloud waits for that event before it issues one. `watch` is called with each push
    before the response.
    """

    def __init__(self, *, port: int = 0) -> None:
        self.received: list[Received] = []
        self.watch: Callable[[Received], None] = lambda received: None
        self.announces: dict[str, Any] | None = None
        self.replaces = False
        self.access_tokens: list[str] = []
        self.access_token = ""
        self.cloud_hold: threading.Event | None = None
        self.asked: list[str] = []
        self.batches: list[int] = []
        self._replies: dict[str, deque[Reply]] = defaultdict(deque)
        self._changed = threading.Condition()
        self.sockets: set[socket.socket] = set()
        self._server = GatewayServer(self, port)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def address(self) -> str:
        return f"http://{self._server.host}"

    @property
    def accepted(self) -> list[Received]:
        return [one for one in self.received if 200 <= one.status < 300]

    @property
    def texts(self) -> list[str]:
        """The texts of accepted pushes, in order."""
        return [one.options["text"] for one in self.accepted]

    def script(self, token: str, *replies: Reply) -> None:
        """Send these responses to the next requests for `token`. Later requests are accepted."""
        self._replies[token].extend(replies)

    def wait(self, condition: Callable[[FakeGateway], bool], *, timeout: float = DEADLINE) -> None:
        """Wait until the received requests satisfy the condition; fails after the deadline."""
        with self._changed:
            met = self._changed.wait_for(lambda: condition(self), timeout)
        assert met, f"Not within {timeout} s; received: {[(one.token[-4:], one.status) for one in self.received]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        for replies in self._replies.values():
            for reply in replies:
                if reply.hold:
                    reply.hold.set()
        for connection in list(self.sockets):
            connection_end(connection)
        self._server.server_close()

    def take(self, received: Received) -> Reply:
        """Record the request and return its reply."""
        with self._changed:
            self.watch(received)
            self.received.append(received)
            self._changed.notify_all()
            replies = self._replies[received.token]
            if self.access_token and received.authorization != f"Bearer {self.access_token}":
                return Reply(401)
            return replies.popleft() if replies else Reply()

    def answered(self, received: Received, status: int) -> None:
        with self._changed:
            received.status = status
            self._changed.notify_all()


class GatewayServer(FakeServer):
    def __init__(self, fake: FakeGateway, port: int) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", port), GatewayHandler)


class GatewayHandler(FakeHandler):
    """Answers the requests of a connection."""

    server: GatewayServer

    def setup(self) -> None:
        super().setup()
        self.server.fake.sockets.add(self.connection)

    def finish(self) -> None:
        self.server.fake.sockets.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:  # noqa: N802 (the name is http.server's)
        fake = self.server.fake
        fake.asked.append(self.path)
        if fake.announces is None and not fake.replaces:
            self.say(404, {})
        else:
            self.say(200, {"success": True, "batch": fake.announces, "replaces": fake.replaces})

    def do_POST(self) -> None:  # noqa: N802 (the name is http.server's)
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/cloud/token":
            self.token_give()
        elif self.path == "/api/cloud/sync":
            self.say(200, NEWS)
        elif self.path == "/push/batch":
            self.batch_take(json.loads(content))
        else:
            self.push_take(json.loads(content))

    def token_give(self) -> None:
        fake = self.server.fake
        if fake.cloud_hold:
            fake.cloud_hold.wait(DEADLINE)
        if not fake.access_tokens:
            self.say(403, {"success": False, "error": "Suspended", "errorType": "error-workspace-suspended"})
            return
        fake.access_token = fake.access_tokens.pop(0)
        self.say(200, {"access_token": fake.access_token, "expires_in": 3600, "token_type": "Bearer"})

    def batch_take(self, body: dict[str, Any]) -> None:
        fake = self.server.fake
        fake.batches.append(len(body["devices"]))
        replies = fake._replies["batch"]
        if replies:
            reply = replies.popleft()
            self.say(reply.status, reply.body, reply.headers)
            return
        answers = []
        for device in body["devices"]:
            options = {**body["options"], **device["options"]}
            received = self.received_of(device["type"], device["token"], options)
            received.traceparent = device.get("traceparent", "")
            reply = fake.take(received)
            if reply.hold:
                reply.hold.wait(DEADLINE)
            fake.answered(received, reply.status)
            answers.append({"status": reply.status, **reply.body})
        self.say(200, {"success": True, "answers": answers})

    def received_of(self, service: str, token: str, options: dict[str, Any]) -> Received:
        sender = int(self.headers.get(SENDER_HEADER, 0))
        traceparent = self.headers.get("traceparent", "")
        return Received(service, self.headers.get("Authorization", ""), token, options, sender, traceparent=traceparent)

    def push_take(self, body: dict[str, Any]) -> None:
        service = self.path.split("/")[2]
        received = self.received_of(service, body["token"], body["options"])
        reply = self.server.fake.take(received)
        if reply.hold:
            reply.hold.wait(DEADLINE)
        if reply.cut:
            connection_end(self.connection)
        else:
            self.answer(reply, received)

    def answer(self, reply: Reply, received: Received) -> None:
        self.server.fake.answered(received, reply.status)
        self.say(reply.status, reply.body, reply.headers)

    def say(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.respond(status, headers or {}, json.dumps(body).encode() if status != 204 else b"")


def connection_end(connection: socket.socket) -> None:
    """Close the connection, even while it is being read or written."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
