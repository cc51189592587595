"""The values that the engine is handed and hands back: a request, its answer, and what requests share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

# Requests of a lane that may be under way at once, where nobody says otherwise.
CONCURRENCY = 100


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address; of what is no address, all of it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What a client shows of itself in the TLS handshake: certificate and private key, each as PEM."""

    certificate: str
    key: str = field(repr=False)
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Lane:
    """Requests that share connections and limits, and no others: a provider that is slow fills its own lane only.

    `name` tells lanes apart. At most `concurrency` requests are under way at once, not counting those that have waited
    long for their answer (push/http/lanes.py), on at most `connections` connections (None: as many as requests,
    which HTTP/1.1 needs). Unless `public_only` is turned off, for an address that the operator or an administrator
    chose, only public addresses of the internet are connected to, whatever the host's name resolves to.
    """

    name: str
    concurrency: int = CONCURRENCY
    connections: int | None = None
    certificate: ClientCertificate | None = None
    public_only: bool = True


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A POST, or a GET without a body. `headers` are whole lines such as `Content-Type: application/json`.

    Without a `lane`, requests to one origin (scheme, host, port) share one, which connects to private addresses only
    if `public_only` is turned off. A connection that breaks off before the
    answer leaves open whether the request arrived: it is sent again at once up to `resends` times, which the answer
    counts; only for what does no harm when it arrives twice. Once more, libcurl itself sends what met the end of a
    connection kept from before on which nothing had come back (curl's pull request 18417 would let it be forbidden):
    mostly the server had just closed it for being idle. That is counted as well.

    Requests with the same `shared`, if not empty, that are under way at once are sent once, and all given that answer.
    """

    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: tuple[str, ...] = field(default=(), repr=False)
    lane: Lane | None = field(default=None, repr=False)
    resends: int = 0
    shared: str = ""
    method: Literal["POST", "GET"] = "POST"
    public_only: bool = True

    @property
    def origin(self) -> str:
        """Return the address's scheme, host and port."""
        return origin_of(self.url)


class Headers(Mapping[str, str]):
    """An answer's headers by their names in lower case, read from its lines when somebody asks: most answers' are not.

    The lines of an interim answer (1xx) may precede them.
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
    """What came back: a status with headers (names in lower case) and body, or else the error that stood in the way.

    `reached` is false when it is certain that nothing of the request was sent: another host may be tried instead.
    `tries` counts how often it was sent; more than once only after a connection broke off or the server took it back.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    error: str = ""
    reached: bool = True
    tries: int = 1
