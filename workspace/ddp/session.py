"""A DDP session: the messages of one socket, and their answers.

https://github.com/meteor/meteor/blob/devel/packages/ddp/DDP.md describes the protocol.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Protocol

from workspace.api.errors import TooManyRequestsError
from workspace.api.methods.ejson import ejson_text
from workspace.api.methods.errors import to_error
from workspace.clients import socket_client_name
from workspace.ddp import limits
from workspace.ddp.frames import Framing, encoded, with_field
from workspace.ddp.inbox import Inbox
from workspace.ddp.messages import NOT_ALLOWED, Close, malformation, message_of, version_for
from workspace.ddp.outbox import Outbox, Send
from workspace.ddp.sign_in import SignedOutError, SignIn
from workspace.errors import NotAllowedError
from workspace.ids import public_id_new
from workspace.live.listeners import Frame
from workspace.logs.events import LogEvent

Topic = tuple[str, str]

SOCKET_FAILED = LogEvent(
    "socket.failed",
    "What a client sent on a web socket could not be handled. The socket is closed.",
    level=logging.ERROR,
)

# Old clients expect this before anything else, others ignore it.
WELCOME = '{"server_id":"0"}'
# Messages of this length are quoted in an error.
QUOTED_LENGTH = 4_000
WAITING = ("method", "sub", "unsub")


class Handlers(Protocol):
    """What the messages of a session do."""

    async def call(self, session: Session, name: str, params: list[Any]) -> str | None:
        """Return the result of a method as EJSON; None if it has none."""

    async def subscribe(self, session: Session, key: str, name: str, params: list[Any]) -> None:
        """Start the subscription `key`, and report it as ready; raises an error if it is rejected."""

    def unsubscribe(self, session: Session, key: str) -> None:
        """End the subscription `key`, if there is one."""


class Session:
    """One socket, from the first frame to the last.

    Methods and subscriptions are handled one after the other, in the order of the client. Pings are answered at once.
    """

    __slots__ = (
        "_bucket",
        "_framing",
        "_handlers",
        "_inbox",
        "_outbox",
        "address",
        "heard_at",
        "id",
        "in_use",
        "is_closed",
        "is_pinged",
        "is_signing_out",
        "scope",
        "sign_in",
        "subscriptions",
        "version",
    )

    def __init__(
        self,
        scope: dict[str, Any],
        send: Send,
        handlers: Handlers,
        *,
        address: str = "",
        framing: Framing = Framing.RAW,
    ) -> None:
        self.id = public_id_new()
        # The request that opened the socket, and the address that it came from.
        self.scope = scope
        self.address = address
        self.version = ""
        self.sign_in: SignIn | None = None
        # Whether somebody uses the client, of a signed-in socket.
        self.in_use = False
        # The stream and event of each subscription, by its id. The event is empty for publications.
        self.subscriptions: dict[str, Topic] = {}
        self.heard_at = time.monotonic()
        self.is_pinged = self.is_closed = False
        # A method is ending the sign-in. The client waits for its result, so the socket stays open.
        self.is_signing_out = False
        self._framing = framing
        self._handlers = handlers
        self._outbox = Outbox(send)
        self._bucket = limits.TokenBucket()
        self._inbox = Inbox(self._handle)

    @property
    def user_id(self) -> int | None:
        """The key of the signed-in account."""
        return self.sign_in.user_id if self.sign_in else None

    @property
    def auth_digest(self) -> str | None:
        """The digest of the API token with which the user has signed in."""
        return self.sign_in.digest if self.sign_in else None

    @property
    def client(self) -> str:
        """The name of the client for presence; empty if nobody is signed in."""
        return socket_client_name(self.sign_in.digest, self.id) if self.sign_in else ""

    def begin(self) -> None:
        """Send the first frames."""
        if self._framing.opening:
            self._outbox.put(self._framing.opening)
        self.send_text(WELCOME)

    async def receive(self, text: str) -> None:
        """Handle a text from the client. Returns at once, unless the client sends more than it awaits answers for."""
        if len(text) > limits.ANONYMOUS_MESSAGE_BYTES and self.sign_in is None:
            self.close(Close.TOO_BIG, "Sign in before sending large messages")
            return
        try:
            messages = self._framing.unwrap(text)
        except ValueError:
            self.close(Close.PROTOCOL, "Broken framing.")
            return
        for message in messages:
            if not self.is_closed:
                await self._read(message)

    def send(self, **fields: Any) -> None:
        """Send a DDP message. Fields that are None are omitted."""
        self.send_text(encoded(**fields))

    def send_text(self, message: str) -> None:
        """Send a DDP message that is already encoded."""
        self._put(self._framing.wrap(message))

    def _put(self, text: str) -> None:
        if not self._outbox.put(text):
            self.close(Close.POLICY, "The client does not read its messages")

    def ping(self) -> None:
        """Ask the client to show that it is still there."""
        self.is_pinged = True
        if self._framing is Framing.SOCKJS:
            self._outbox.put("h")
        if self.version != "pre1":
            self.send(msg="ping")

    def deliver(self, frame: Frame) -> None:
        """Send an event of a stream."""
        self._put(self._framing.wrap_shared(frame.text))

    def drop(self, name: str, event: str) -> None:
        """Report that subscriptions have ended, because the user may not hear the stream any more."""
        for key in [key for key, topic in self.subscriptions.items() if topic == (name, event)]:
            del self.subscriptions[key]
            self.send(msg="nosub", id=key, error=to_error(NotAllowedError(NOT_ALLOWED, "")))

    def end(self, reason: str) -> None:
        """Close the socket because its sign-in has ended (`signed_out`), or because the server stops (`stopping`)."""
        if reason == "stopping":
            self.close(Close.RESTART, "The server stops")
        elif not self.is_signing_out:
            self.close(Close.POLICY, "Signed out")

    def close(self, code: int, reason: str) -> None:
        """Close the socket, after the frames that are queued. Messages that wait are discarded."""
        if self.is_closed:
            return
        if last := self._framing.closing(code, reason):
            self._outbox.put(last)
        self._outbox.close(code, reason)
        self.is_closed = True
        self._inbox.stop()

    def discard(self) -> None:
        """Forget everything that is waiting: the client has disconnected."""
        self.is_closed = True
        self._outbox.discard()
        self._inbox.stop()

    async def _read(self, text: str) -> None:
        self.heard_at = time.monotonic()
        self.is_pinged = False
        seconds = self._bucket.take()
        if seconds and self._bucket.rejected > limits.MAX_REJECTED:
            self.close(Close.POLICY, "Too many messages")
            return
        message = message_of(text)
        kind = message.get("msg") if message else None
        if message is None or not kind or not isinstance(kind, str):
            self._send_error("Bad request", message, text)
        elif kind == "connect":
            self._connect(message, text)
        elif not self.version:
            self._send_error("Must connect first", message, text)
        elif kind in ("ping", "pong") and self.version != "pre1":
            if kind == "ping":
                self.send(msg="pong", id=message.get("id"))
        elif kind not in WAITING:
            self._send_error("Bad request", message, text)
        elif sentence := malformation(message):
            self._send_error(sentence, message, text)
        elif seconds and kind != "unsub":
            self._reject(message, TooManyRequestsError(seconds))
        else:
            await self._inbox.put(message)

    def _connect(self, message: dict[str, Any], text: str) -> None:
        """Agree on a version of the protocol. The client proposes one, and the others that it supports."""
        if self.version:
            self._send_error("Already connected", message, text)
            return
        proposed, supported = message.get("version"), message.get("support")
        best = version_for(supported)
        if not isinstance(supported, list) or proposed not in supported or proposed != best:
            self.send(msg="failed", version=best)
            self.close(Close.NORMAL, "No common version")
            return
        self.version = best
        self.send(msg="connected", session=self.id)

    async def _handle(self, message: dict[str, Any]) -> None:
        try:
            await self._carry_out(message)
        except Exception:
            SOCKET_FAILED.exception()
            self.close(Close.ERROR, "Internal error")

    async def _carry_out(self, message: dict[str, Any]) -> None:
        key, params = message["id"], message.get("params") or []
        if message["msg"] == "method":
            await self._call(key, message["method"], params)
        elif message["msg"] == "sub":
            try:
                await self._handlers.subscribe(self, key, message["name"], params)
            except Exception as error:
                self.send(msg="nosub", id=key, error=to_error(error))
        else:
            self._handlers.unsubscribe(self, key)
            self.send(msg="nosub", id=key)

    async def _call(self, key: str, name: str, params: list[Any]) -> None:
        try:
            result = await self._handlers.call(self, name, params)
        except Exception as error:
            self._send_result(key, "error", ejson_text(to_error(error, method=name)))
            if isinstance(error, SignedOutError):
                self.end("signed_out")
        else:
            self._send_result(key, "result", result)

    def _send_result(self, key: str, kind: str, outcome: str | None) -> None:
        """Send the result or the error of a method, which is already encoded."""
        self.send_text(with_field(encoded(msg="result", id=key), kind, outcome))
        # All writes of the method are committed, and other clients' views are not simulated here.
        self.send(msg="updated", methods=[key])

    def _reject(self, message: dict[str, Any], error: Exception) -> None:
        if message["msg"] == "method":
            self._send_result(message["id"], "error", ejson_text(to_error(error, method=message["method"])))
        else:
            self.send(msg="nosub", id=message["id"], error=to_error(error))

    def _send_error(self, reason: str, message: dict[str, Any] | None, text: str) -> None:
        """Report a message that cannot be handled, and quote it unless it is long."""
        quoted = message if message and len(text) <= QUOTED_LENGTH else None
        self.send(msg="error", reason=reason, offendingMessage=quoted)
