"""A web push service over real HTTP: authenticates senders, decrypts messages like a browser, and records them."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fakes.certificates import Authority
from tests.fakes.gateway import DEADLINE, Reply
from tests.fakes.web_server import FakeHandler, FakeServer, ServedFake

BODY_MAX = 4096
VAPID = re.compile(r"vapid t=([\w-]+\.[\w-]+\.[\w-]+), ?k=([\w-]+)")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class Subscription:
    """The result of a browser's `PushManager.subscribe`, including the private keys that stay in the browser.

    Without an `application_server_key`, any sender with a valid signature may use it.
    """

    endpoint: str
    application_server_key: str
    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth_bytes: bytes = b"0123456789abcdef"

    @property
    def p256dh(self) -> str:
        return base64url(self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    @property
    def auth(self) -> str:
        return base64url(self.auth_bytes)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": self.p256dh, "auth": self.auth}

    def decrypt(self, body: bytes) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(
            http_ece.decrypt(body, private_key=self.private_key, auth_secret=self.auth_bytes)
        )
        return content


@dataclass
class Delivered:
    """An accepted message, decrypted."""

    endpoint: str
    content: dict[str, Any]
    headers: dict[str, str]
    claims: dict[str, Any]
    size: int


class FakePushService(ServedFake):
    """Use as a context manager; `address` is its URL, with TLS if an authority is given."""

    def __init__(self, authority: Authority | None = None, *, port: int = 0) -> None:
        self.delivered: list[Delivered] = []
        self.refused: list[str] = []
        self.requests = 0
        self.subscriptions: dict[str, Subscription] = {}
        self._replies: dict[str, deque[Reply]] = defaultdict(deque)
        self._changed = threading.Condition()
        self._authority, self._port = authority, port

    def make_server(self) -> FakeServer:
        return PushServer(self, self._authority, self._port)

    @property
    def texts(self) -> list[str]:
        return [one.content["text"] for one in self.delivered if one.content["kind"] == "message"]

    def subscribe(self, application_server_key: str) -> Subscription:
        """Return a new subscription that only the owner of that key may use."""
        path = f"/push/{len(self.subscriptions)}-{base64url(str(id(self)).encode())}"
        subscription = Subscription(self.address + path, application_server_key)
        self.subscriptions[path] = subscription
        return subscription

    def find(self, path: str) -> Subscription | None:
        """Return the subscription whose endpoint has this path."""
        return self.subscriptions.get(path)

    def script(self, subscription: Subscription, *replies: Reply) -> None:
        """Send these responses to the next requests for the subscription. Later requests are processed normally."""
        self._replies[subscription.endpoint].extend(replies)

    def wait(self, condition: Callable[[FakePushService], bool], *, timeout: float = DEADLINE) -> None:
        with self._changed:
            met = self._changed.wait_for(lambda: condition(self), timeout)
        assert met, f"Not within {timeout} s; delivered {len(self.delivered)}, refused {self.refused}"

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Return the scripted response, or the one that a push service would send."""
        with self._changed:
            self.requests += 1
            subscription = self.find(path)
            scripted = self._replies[self.address + path]
            if scripted:
                return scripted.popleft()
            if subscription is None:
                return Reply(404)
            try:
                self.delivered.append(self._read(subscription, headers, body))
            except RefusedError as error:
                self.refused.append(str(error))
                return Reply(error.status)
            finally:
                self._changed.notify_all()
            return Reply(201, {"Location": f"{self.address}/message/{len(self.delivered)}"})

    def _read(self, subscription: Subscription, headers: dict[str, str], body: bytes) -> Delivered:
        if len(body) > BODY_MAX:
            raise RefusedError(413, "too large")
        if not headers.get("ttl", "").isdigit():
            raise RefusedError(400, "no TTL")
        if headers.get("content-encoding") != "aes128gcm":
            raise RefusedError(400, "not aes128gcm")
        if not re.fullmatch(r"[\w-]{1,32}", headers.get("topic", "x")):
            raise RefusedError(400, "bad topic")
        if headers.get("urgency", "normal") not in {"very-low", "low", "normal", "high"}:
            raise RefusedError(400, "bad urgency")
        claims = self._identify(subscription, headers.get("authorization", ""))
        return Delivered(subscription.endpoint, subscription.decrypt(body), headers, claims, len(body))

    def _identify(self, subscription: Subscription, authorization: str) -> dict[str, Any]:
        found = VAPID.fullmatch(authorization)
        if not found:
            raise RefusedError(401, "no VAPID")
        token, key = found.groups()
        if subscription.application_server_key not in {"", key}:
            raise RefusedError(403, "another key")
        point = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        try:
            claims: dict[str, Any] = jwt.decode(token, public, algorithms=["ES256"], audience=self.address)
        except jwt.PyJWTError as error:
            raise RefusedError(401, str(error)) from error
        if not claims.get("sub", "").startswith(("mailto:", "https:")):
            raise RefusedError(401, "no contact")
        return claims


class RefusedError(Exception):
    """Why a request is rejected, with its status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class PushServer(FakeServer):
    def __init__(self, fake: FakePushService, authority: Authority | None, port: int) -> None:
        self.fake = fake
        self.scheme = "https" if authority else "http"
        super().__init__(("127.0.0.1", port), PushHandler)
        if authority:
            context = authority.server().server_context()
            # A client that sends nothing must not block the others, so the handshake is done in its own thread.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


class PushHandler(FakeHandler):
    server: PushServer

    def do_POST(self) -> None:  # noqa: N802 (the name is http.server's)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.fake.take(self.path, headers, body)
        if reply.hold:
            reply.hold.wait(DEADLINE)
        self.respond(reply.status, reply.headers)
