"""The fake providers for manual tests: `manage.py runfakeproviders`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.fakes.apple import STATUS as APPLE_STATUS
from tests.fakes.apple import ApplePush, FakeApple, apple_error
from tests.fakes.certificates import Authority, TokenKey, pem_of, service_account_make, token_key_make
from tests.fakes.gateway import FakeGateway, Received
from tests.fakes.gateway import Reply as HttpReply
from tests.fakes.google import STATUS as GOOGLE_STATUS
from tests.fakes.google import FakeGoogle, GooglePush, google_error
from tests.fakes.scripting import Faults, Reply, standing_reply
from tests.fakes.webpush import Delivered, FakePushService, Subscription

KEY_ID, TEAM_ID, PASSPHRASE = "KEYCALLBRD", "TEAMCALLBD", "callboard-fake"
# The last part of an endpoint's path is arbitrary: each is a separate device with the same keys.
ENDPOINTS = "/push/"
Push = TypeVar("Push", ApplePush, GooglePush, Delivered, Received, str)
ANYWHERE = ("cut", "delay")


@dataclass(frozen=True)
class Credentials:
    """Test credentials stored in a folder, so that credentials that were pasted remain valid the next time."""

    folder: Path

    @classmethod
    def keep(cls, folder: Path, *, app: str) -> Self:
        """Return the credentials in the folder; missing ones are created."""
        folder.mkdir(parents=True, exist_ok=True)
        self = cls(folder)
        if not (folder / "authority.pem").exists():
            made = Authority()
            self._write("authority-key.pem", made.key_pem)
            self._write("authority.pem", made.pem)
        if not (folder / "apple-token-key.p8").exists():
            self._write("apple-token-key.p8", token_key_make(KEY_ID, TEAM_ID).key)
        if not (folder / "google-service-account.json").exists():
            self._write("google-service-account.json", service_account_make())
        if not (folder / "webpush-key.pem").exists():
            self._write("webpush-key.pem", pem_of(ec.generate_private_key(ec.SECP256R1())))
        issued = self.authority.push_certificate(app, passphrase=PASSPHRASE)
        self._write("apple-certificate.pem", issued.certificate)
        self._write("apple-certificate-key.pem", issued.key)
        return self

    @property
    def authority(self) -> Authority:
        return Authority(self.read("authority.pem"), self.read("authority-key.pem"))

    @property
    def token_key(self) -> TokenKey:
        return TokenKey(self.read("apple-token-key.p8"), KEY_ID, TEAM_ID)

    def subscription(self, endpoint: str) -> Subscription:
        """Return a web push subscription at the endpoint."""
        key = load_pem_private_key(self.read("webpush-key.pem").encode(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return Subscription(endpoint, "", key)

    def registration_write(self, endpoint: str) -> Path:
        """Write a file with the data to register a web push device at the endpoint, and return its path."""
        keys = self.subscription(endpoint).keys
        device = {"type": "webpush", "endpoint": endpoint, "keys": keys, "capabilities": ["clear"]}
        self._write("webpush-device.json", json.dumps({**device, "appName": "callboard.by-hand"}, indent=2))
        return self.folder / "webpush-device.json"

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def _write(self, name: str, content: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(content, encoding="utf-8")


class PushServiceByHand(FakePushService):
    """A web push service that accepts any endpoint. All endpoints have the same keys.

    `standing` contains the responses for endpoints whose last part has a certain prefix.
    """

    def __init__(self, credentials: Credentials, *, port: int) -> None:
        super().__init__(credentials.authority, port=port)
        self.standing: dict[str, Callable[[], HttpReply]] = {}
        self._credentials = credentials

    @property
    def endpoint(self) -> str:
        return f"{self.address}{ENDPOINTS}by-hand"

    def find(self, path: str) -> Subscription | None:
        """Return the subscription whose endpoint has this path."""
        return self._credentials.subscription(self.address + path) if path.startswith(ENDPOINTS) else None

    def take(self, path: str, headers: dict[str, str], body: bytes) -> HttpReply:
        """Return the response for the endpoint's prefix, or the one that a push service would send."""
        reply = standing_reply(self.standing, path.removeprefix(ENDPOINTS))
        if reply is None:
            return super().take(path, headers, body)
        self.refused.append(f"{reply.status} for {path}")
        return reply


class GatewayByHand(FakeGateway):
    """A push gateway that accepts pushes of all workspaces.

    `standing` contains the responses for tokens with a certain prefix; `sent_responses` are those that were sent.
    """

    def __init__(self, *, port: int) -> None:
        super().__init__(port=port)
        self.standing: dict[str, Callable[[], HttpReply]] = {}
        self.sent_responses: list[Received] = []

    def take(self, received: Received) -> HttpReply:
        """Return the response for the token's prefix, or an acceptance."""
        usual = super().take(received)
        return standing_reply(self.standing, received.token) or usual

    def answered(self, received: Received, status: int) -> None:
        """Record the response to a push."""
        super().answered(received, status)
        self.sent_responses.append(received)


class FakeProviders:
    """Apple's two services, Google's, one for web push and a gateway, on neighbouring ports.

    The ports start at `port`; 0 uses any free ones.
    """

    def __init__(self, credentials: Credentials, *, port: int, faults: Faults) -> None:
        authority = credentials.authority
        ports = [port + place if port else 0 for place in range(5)]
        self.credentials = credentials
        self.apple = FakeApple(authority, keys=[credentials.token_key], port=ports[0])
        self.apple_sandbox = FakeApple(authority, keys=[credentials.token_key], port=ports[1])
        account = credentials.read("google-service-account.json")
        self.google = FakeGoogle(authority, accounts=[account], port=ports[2])
        self.web_push = PushServiceByHand(credentials, port=ports[3])
        self.gateway = GatewayByHand(port=ports[4])
        self._shown: dict[str, int] = {}
        for server in (self.apple, self.apple_sandbox, self.google):
            server.faults = faults
        self._stack = ExitStack()

    def script(self, answers: Sequence[str]) -> None:
        """Parse scripted responses: `PREFIX=RESPONSE`. Raises ValueError for anything else."""
        for text in answers:
            beginning, _equals, answer = text.partition("=")
            kind, _colon, seconds = answer.partition(":")
            is_known = kind in {*APPLE_STATUS, *GOOGLE_STATUS, *ANYWHERE} or is_status(kind)
            if not (beginning and is_known):
                raise ValueError(text)
            if is_status(kind):
                reply = partial(HttpReply, int(kind), {"Retry-After": seconds} if seconds else {})
                self.web_push.standing[beginning] = self.gateway.standing[beginning] = reply
            if kind == "cut":
                self.gateway.standing[beginning] = partial(HttpReply, cut=True)
            if kind in APPLE_STATUS or kind in ANYWHERE:
                reply = partial(apple_error, kind) if kind in APPLE_STATUS else partial(way_reply, kind, seconds)
                self.apple.standing[beginning] = self.apple_sandbox.standing[beginning] = reply
            if kind in GOOGLE_STATUS or kind in ANYWHERE:
                reply = partial(google_error, kind) if kind in GOOGLE_STATUS else partial(way_reply, kind, seconds)
                self.google.standing[beginning] = reply

    def environment(self) -> dict[str, str]:
        """Return the environment variables that make Callboard use these providers."""
        return {
            "OUTBOUND_CA_FILE": str(self.credentials.folder / "authority.pem"),
            "APPLE_PRODUCTION_URL": self.apple.address,
            "APPLE_SANDBOX_URL": self.apple_sandbox.address,
            "GOOGLE_SEND_URL": self.google.address,
            "GOOGLE_TOKEN_URL": self.google.token_url,
            "WEB_PUSH_PRIVATE_HOSTS": self.web_push.host,
        }

    def introduction(self) -> Iterator[str]:
        """Yield the instructions."""
        folder = self.credentials.folder
        yield "Start Callboard with:"
        yield ""
        yield from (f"  {name}={value}" for name, value in self.environment().items())
        yield ""
        yield "Then, under Settings > Push, turn Enable Gateway off and paste:"
        yield ""
        yield f"  APN token key         {folder / 'apple-token-key.p8'}"
        yield f"  APN token key id      {KEY_ID}"
        yield f"  APN team id           {TEAM_ID}"
        yield f"  FCM service account   {folder / 'google-service-account.json'}"
        yield ""
        yield "or, in place of the token key:"
        yield ""
        yield f"  APN certificate       {folder / 'apple-certificate.pem'}"
        yield f"  APN key               {folder / 'apple-certificate-key.pem'}"
        yield f"  APN passphrase        {PASSPHRASE}"
        yield ""
        yield "A gateway, to be entered as Gateway while Enable Gateway is on:"
        yield ""
        yield f"  Gateway               {self.gateway.address}"
        yield ""
        device = self.credentials.registration_write(self.web_push.endpoint)
        yield "To register a web push device, use your auth token and user id (SITE is Callboard's address):"
        yield ""
        yield f"  curl SITE/api/v1/push.token -H 'X-Auth-Token: …' -H 'X-User-Id: …' --json @{device}"
        yield ""
        yield "Received pushes are shown here. Press Ctrl-C to stop."

    def arrivals(self) -> Iterator[str]:
        """Yield the pushes that have arrived since the last call, one per line."""
        for name, server in (("Apple", self.apple), ("Apple development", self.apple_sandbox)):
            yield from (line_of_apple(name, push) for push in self._new(name, server.received))
        yield from (line_of_google(push) for push in self._new("Google", self.google.received))
        yield from (line_of_web_push(push) for push in self._new("Web push", self.web_push.delivered))
        yield from (line_of_gateway(push) for push in self._new("Gateway", self.gateway.sent_responses))
        yield from (f"Web push: refused, {why}" for why in self._new("Web push refused", self.web_push.refused))

    def _new(self, name: str, received: Sequence[Push]) -> Sequence[Push]:
        new = received[self._shown.get(name, 0) :]
        self._shown[name] = self._shown.get(name, 0) + len(new)
        return new

    def __enter__(self) -> Self:
        for server in (self.apple, self.apple_sandbox, self.google, self.web_push, self.gateway):
            self._stack.enter_context(server)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()


def way_reply(kind: str, seconds: str) -> Reply:
    """Return the reply for a token whose connection is cut off or whose response is delayed."""
    return Reply(cut="before") if kind == "cut" else Reply(delay=float(seconds or 5))


def line_of_apple(name: str, push: ApplePush) -> str:
    """Return a push to Apple as a line of text."""
    alert = push.payload.get("aps", {}).get("alert", {})
    answer = push.reason or "accepted"
    return push_line(
        f"{name}, by {push.method or 'nothing'}", push.token, alert.get("title"), alert.get("body"), answer
    )


def line_of_google(push: GooglePush) -> str:
    """Return a push to Google as a line of text."""
    answer = push.code or ("accepted" if push.status == 200 else str(push.status))
    return push_line("Google", push.token, push.data.get("title"), push.data.get("message"), answer)


def line_of_gateway(push: Received) -> str:
    """Return a push through the gateway as a line of text."""
    answer = "accepted" if 200 <= push.status < 300 else str(push.status)
    options = push.options
    return push_line(f"Gateway, for {push.service}", push.token, options.get("title"), options.get("text"), answer)


def is_status(text: str) -> bool:
    """Return True if the text is an HTTP status that a web push service or gateway can be scripted to send."""
    return re.fullmatch(r"[2-5]\d\d", text) is not None


def line_of_web_push(push: Delivered) -> str:
    """Return a web push message as a line of text; for a message that clears notifications, with the id of the room."""
    device, content = push.endpoint.rpartition("/")[2], push.content
    if content["kind"] == "clear":
        return f"Web push: {device} clear {content['tag']} -> accepted"
    return push_line("Web push", device, content.get("title"), content.get("text"), "accepted")


def push_line(name: str, token: str, title: object, text: object, answer: str) -> str:
    """Return one line; a token is abbreviated to its prefix."""
    content = json.dumps([title, text], ensure_ascii=False)[1:-1]
    return f"{name}: {token[:12]}… {content} -> {answer}"
