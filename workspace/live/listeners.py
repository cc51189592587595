"""What a fan-out delivers, and to whom."""

from __future__ import annotations

import json
from typing import Any, Protocol

from workspace.api.methods.ejson import to_ejson


class Payload:
    """The arguments of an event, encoded once however many streams and listeners receive them."""

    __slots__ = ("args", "text")

    def __init__(self, args: list[Any]) -> None:
        self.args: list[Any] = to_ejson(args)
        self.text = json.dumps(self.args, ensure_ascii=False, separators=(",", ":"))


class Frame:
    """One event of a stream. All listeners of the stream receive the same object, so it is encoded once.

    `args` are the event's arguments as JSON values, with dates in EJSON. `text` is the complete DDP message. The
    collection is the name of the stream. `user_id` is only set for `stream-user-presence`, where clients expect it.
    """

    __slots__ = ("_text", "collection", "event", "payload", "user_id")

    def __init__(self, collection: str, event: str, payload: Payload, *, user_id: str = "") -> None:
        self.collection = collection
        self.event = event
        self.payload = payload
        self.user_id = user_id
        self._text = ""

    @property
    def args(self) -> list[Any]:
        return self.payload.args

    @property
    def text(self) -> str:
        """Return the `changed` message of DDP."""
        if not self._text:
            user = f'"uid":{json.dumps(self.user_id)},' if self.user_id else ""
            event = json.dumps(self.event, ensure_ascii=False)
            self._text = (
                f'{{"msg":"changed","collection":"{self.collection}","id":"id",'
                f'"fields":{{{user}"eventName":{event},"args":{self.payload.text}}}}}'
            )
        return self._text


class Listener(Protocol):
    """A connected client. The fan-out calls these methods in its event loop, so they must not block.

    `user_id` is the key of the signed-in account (None: not signed in), `auth_digest` the digest of its API token. A
    listener whose user changes must be closed first.
    """

    @property
    def user_id(self) -> int | None: ...

    @property
    def auth_digest(self) -> str | None: ...

    def deliver(self, frame: Frame) -> None:
        """Send an event, or queue it."""

    def drop(self, name: str, event: str) -> None:
        """The subscription has ended, because the user may not hear the stream any more; a socket sends `nosub`."""

    def end(self, reason: str) -> None:
        """The sign-in has ended (`signed_out`), or the server stops (`stopping`): close the connection."""
