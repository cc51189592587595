"""A program that receives webhooks over real HTTP, and verifies them with the reference implementation."""

from __future__ import annotations

import json
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook

from tests.fakes.gateway import DEADLINE, Reply
from tests.fakes.web_server import FakeHandler, FakeServer, ServedFake


@dataclass
class ReceivedEvent:
    """One request: its headers by lower-case name, and its body as sent."""

    headers: dict[str, str]
    body: str

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content

    def verify(self, secret: str) -> dict[str, Any]:
        """Return the content; raises standardwebhooks.WebhookVerificationError for another secret."""
        verified: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return verified


class FakeReceiver(ServedFake):
    """Use as a context manager; `url` is the address of the webhook. It answers 204, or as scripted in `replies`."""

    def __init__(self) -> None:
        self.received: list[ReceivedEvent] = []
        self.replies: deque[Reply] = deque()
        # The address of each connection's other end.
        self.connections: set[object] = set()
        self._guard = threading.Lock()

    def make_server(self) -> FakeServer:
        return ReceiverServer(self)

    @property
    def url(self) -> str:
        return f"{self.address}/events"

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.received]

    @property
    def types(self) -> list[str]:
        return [one.content["type"] for one in self.received]

    def take(self, event: ReceivedEvent) -> Reply:
        with self._guard:
            self.received.append(event)
            return self.replies.popleft() if self.replies else Reply(204)


class ReceiverServer(FakeServer):
    def __init__(self, fake: FakeReceiver) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), ReceiverHandler)


class ReceiverHandler(FakeHandler):
    server: ReceiverServer

    def do_POST(self) -> None:  # noqa: N802 (the name is http.server's)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.fake.connections.add(self.client_address)
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.fake.take(ReceivedEvent(headers, body))
        if reply.hold:
            reply.hold.wait(DEADLINE)
        content = b"" if reply.status == 204 else json.dumps(reply.body).encode()
        self.respond(reply.status, reply.headers, content)
