"""What the HTTP/2 fakes are told, and what they got: replies, faults, requests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

T = TypeVar("T")


@dataclass
class Reply:
    """How one request is answered.

    It is first held for `delay` seconds and until `hold` is set. `cut` ends the connection without a warning, before
    or after the request was carried out; `reset` ends the request alone, with that HTTP/2 error code.
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
    """What befalls every connection: so many streams at once, and an end after so many requests.

    `goaway_after`: from then on requests are not carried out, and the client is told so; those before are answered.
    `cut_after`: the connection breaks off without a warning when that request has arrived.
    """

    streams: int = 1_000
    goaway_after: int = 0
    cut_after: int = 0


@dataclass
class Request:
    """What arrived. `connection` is the connection's number, `certificate` the client's in DER, if it showed one."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    connection: int
    certificate: bytes | None
    # What the server wants to remember of the connection.
    memory: dict[str, Any]

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


def standing_reply(standing: Mapping[str, Callable[[], T]], token: str) -> T | None:
    """Return the reply to tokens with the longest of these beginnings that the token has; None where it has none."""
    beginnings = [beginning for beginning in standing if token.startswith(beginning)]
    return standing[max(beginnings, key=len)]() if beginnings else None
