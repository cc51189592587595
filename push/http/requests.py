"""The input and output of the engine: requests, answers, and the lanes that requests share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

# How many requests of a lane may be in progress, by default.
CONCURRENCY = 100


def origin_of(url: str) -> str:
    """Return the URL's scheme, host and port, or the whole text if it is not a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """The certificate and private key that a client uses in the TLS handshake, each as PEM."""

    certificate: str
    key: str = field(repr=False)
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Lane:
    """A group of requests that share connections and limits, so that a slow provider fills only its own lane.

    `name` identifies the lane. At most `concurrency` requests are in progress, not counting those that have waited
    long for their answer (push/http/lanes.py), on at most `connections` connections (None: one for each request,
    which HTTP/1.1 needs). With `public_only`, the engine connects to public IP addresses only, regardless of what the
    host name resolves to. It may be off for URLs that the operator or an administrator chose.
    """

    name: str
    concurrency: int = CONCURRENCY
    connections: int | None = None
    certificate: ClientCertificate | None = None
    public_only: bool = True


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A POST or PUT, or a GET or DELETE without a body. `headers` are complete lines, such as
    `Content-Type: application/json`.

    Without a `lane`, requests to one origin (scheme, host, port) share one, which connects to private addresses only
    if `public_only` is False. If the connection is interrupted before the answer, it is unknown whether the request
    arrived. It is then sent again at once, up to `resends` times; set this only for requests that may safely arrive
    twice. In addition, libcurl resends a request once if a reused connection was closed before any response, usually
    because the server had just closed it as idle (curl's pull request 18417 would allow preventing this).
    The answer counts all of these tries.

    Concurrent requests with the same non-empty `shared` are sent once, and all get the same answer.
    """

    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: tuple[str, ...] = field(default=(), repr=False)
    lane: Lane | None = field(default=None, repr=False)
    resends: int = 0
    shared: str = ""
    method: Literal["POST", "GET", "PUT", "DELETE"] = "POST"
    public_only: bool = True

    @property
    def origin(self) -> str:
        """Return the URL's scheme, host and port."""
        return origin_of(self.url)


class Headers(Mapping[str, str]):
    """A response's headers by lower-case name. They are parsed on first use, because most are never read.

    The lines of an interim response (1xx) may precede them.
    """

    __slots__ = ("_lines", "_read")

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._read: dict[str, str] | None = None

    def __getitem__(self, name: str) -> str:
        return self._parsed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsed)

    def __len__(self) -> int:
        return len(self._parsed)

    @property
    def _parsed(self) -> dict[str, str]:
        if self._read is None:
            self._read = self._parse()
        return self._read

    def _parse(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for line in self._lines:
            if line.startswith(b"HTTP/"):
                headers.clear()
                continue
            name, colon, value = line.decode("iso-8859-1").partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        return headers


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """The response: a status with headers (names in lower case) and body, or else the error that prevented it.

    `reached` is False if certainly nothing of the request was sent, so that another host may be tried instead. `tries`
    is how often it was sent: more than once only if a connection was interrupted or the server reset the stream.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    error: str = ""
    reached: bool = True
    tries: int = 1
