"""Replies, faults and requests of the HTTP/2 fakes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

T = TypeVar("T")


@dataclass
class Reply:
    """How a request is answered.

    The reply waits for `delay` seconds and until `hold` is set. `cut` closes the connection without warning, before or
    after the request was processed; `reset` resets the stream with that HTTP/2 error code.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    hold: threading.Event | None = None
    cut: Literal["", "before", "after"] = ""
    reset: int | None = None


@dataclass
class Faults:
    """Faults of every connection: a limit on streams, and an end after a number of requests.

    `goaway_after`: later requests are not processed, and the client receives GOAWAY; earlier ones are answered.
    `cut_after`: the connection is closed without warning when that request has arrived.
    """

    streams: int = 1_000
    goaway_after: int = 0
    cut_after: int = 0


@dataclass
class Request:
    """A request. `connection` is the number of its connection, `certificate` that of the client in DER, if any."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int
    certificate: bytes | None
    # Data that the server stores for the connection.
    memory: dict[str, Any]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


def standing_reply(standing: Mapping[str, Callable[[], T]], token: str) -> T | None:
    """Return the reply for the longest matching prefix of the token; None if no prefix matches."""
    beginnings = [beginning for beginning in standing if token.startswith(beginning)]
    return standing[max(beginnings, key=len)]() if beginnings else None
