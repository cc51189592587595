"""The HTTP sender of all transports: many requests at once on libcurl's multi interface.

HTTP/2 where TLS offers it, with the requests of one host multiplexed on few connections, else HTTP/1.1. Connections
stay open between calls. Certificates are verified, TLS is 1.2 or newer, redirects are not followed. What is sent is
never logged: it holds device tokens.
"""

from __future__ import annotations

import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import certifi
import pycurl

# The most of an answer that is read, in bytes; a longer one is cut off.
RESPONSE_LIMIT = 64 * 1024
SELECT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A POST. `headers` are whole lines such as `Content-Type: application/json`."""

    url: str
    body: bytes = field(repr=False)
    headers: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: a status with headers (names in lower case) and body, or else the error that stood in the way.

    `reached` is false when it is certain that nothing of the request was sent: another host may be tried instead.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""
    reached: bool = True


@dataclass(slots=True)
class Exchange:
    """One request under way, with what was received so far."""

    index: int
    headers: dict[str, str] = field(default_factory=dict)
    body: BytesIO = field(default_factory=BytesIO)

    def header_received(self, line: bytes) -> None:
        text = line.decode("iso-8859-1").strip()
        if text.startswith("HTTP/"):
            self.headers.clear()
        elif ":" in text:
            name, _colon, value = text.partition(":")
            self.headers[name.strip().lower()] = value.strip()

    def body_received(self, data: bytes) -> int | None:
        """Keep the data; a different count than was given makes libcurl end the transfer."""
        if self.body.tell() + len(data) > RESPONSE_LIMIT:
            return 0
        self.body.write(data)
        return None


class Engine:
    """Sends requests together; to be used by one thread of one process.

    `connect_timeout` and `timeout` (of the whole request) are in seconds; `concurrency` bounds the requests under way.
    """

    def __init__(
        self, *, concurrency: int = 100, connect_timeout: float = 5, timeout: float = 20, ca_file: str = ""
    ) -> None:
        self._concurrency = concurrency
        self._connect_timeout = connect_timeout
        self._timeout = timeout
        self._ca_file = ca_file or ssl.get_default_verify_paths().cafile or certifi.where()
        self._idle: list[Any] = []
        self._under_way: dict[Any, Exchange] = {}
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        # As many as there are requests under way: one that waited for a connection would use up its time with waiting.
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, concurrency)

    def send(self, requests: Sequence[HttpRequest], *, heartbeat: Callable[[], None] | None = None) -> list[HttpAnswer]:
        """Send the requests together and return their answers in the same order.

        `heartbeat` is called at least once a second while waiting; what it raises ends the call and every transfer.
        """
        answers: dict[int, HttpAnswer] = {}
        waiting = iter(enumerate(requests))
        last_beat = time.monotonic()
        try:
            while len(answers) < len(requests):
                self._fill(waiting)
                self._multi.perform()
                finished = dict(self._finished())
                answers |= finished
                if heartbeat and time.monotonic() - last_beat >= SELECT_SECONDS:
                    heartbeat()
                    last_beat = time.monotonic()
                if not finished:
                    self._multi.select(SELECT_SECONDS)
        finally:
            for handle in list(self._under_way):
                self._release(handle)
        return [answers[index] for index in range(len(requests))]

    def close(self) -> None:
        """Close every connection."""
        for handle in self._idle:
            handle.close()
        self._idle.clear()
        self._multi.close()

    def _fill(self, waiting: Iterator[tuple[int, HttpRequest]]) -> None:
        while len(self._under_way) < self._concurrency:
            index_request = next(waiting, None)
            if index_request is None:
                return
            index, request = index_request
            handle = self._idle.pop() if self._idle else pycurl.Curl()
            self._under_way[handle] = exchange = Exchange(index)
            self._prepare(handle, request, exchange)
            self._multi.add_handle(handle)

    def _prepare(self, handle: Any, request: HttpRequest, exchange: Exchange) -> None:
        handle.setopt(pycurl.URL, request.url)
        handle.setopt(pycurl.POST, 1)
        handle.setopt(pycurl.POSTFIELDS, request.body)
        handle.setopt(pycurl.HTTPHEADER, ["Expect:", *request.headers])
        handle.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        handle.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        # Over TLS, wait for a connection that can carry several requests instead of opening one for each.
        handle.setopt(pycurl.PIPEWAIT, int(request.url.startswith("https:")))
        handle.setopt(pycurl.FOLLOWLOCATION, 0)
        handle.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
        handle.setopt(pycurl.SSL_VERIFYPEER, 1)
        handle.setopt(pycurl.SSL_VERIFYHOST, 2)
        handle.setopt(pycurl.CAINFO, self._ca_file)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, int(self._connect_timeout * 1000))
        handle.setopt(pycurl.TIMEOUT_MS, int(self._timeout * 1000))
        handle.setopt(pycurl.HEADERFUNCTION, exchange.header_received)
        handle.setopt(pycurl.WRITEFUNCTION, exchange.body_received)

    def _finished(self) -> Iterator[tuple[int, HttpAnswer]]:
        """Yield the answers that have come, each with its request's place in the order."""
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            for handle in succeeded:
                exchange = self._under_way[handle]
                status = handle.getinfo(pycurl.RESPONSE_CODE)
                yield exchange.index, HttpAnswer(status, exchange.headers, exchange.body.getvalue())
                self._release(handle)
            for handle, code, message in failed:
                yield self._under_way[handle].index, failure_of(handle, code, message)
                self._release(handle)

    def _release(self, handle: Any) -> None:
        self._multi.remove_handle(handle)
        del self._under_way[handle]
        handle.reset()
        self._idle.append(handle)


def failure_of(handle: Any, code: int, message: str) -> HttpAnswer:
    """Return the answer to a request that got none, or whose answer was too long to be read."""
    status = handle.getinfo(pycurl.RESPONSE_CODE)
    if code == pycurl.E_WRITE_ERROR and status:
        return HttpAnswer(status=status)
    # Bytes of the request, or a finished TLS handshake: either way some of it may have arrived.
    reached = any(handle.getinfo(fact) for fact in (pycurl.REQUEST_SIZE, pycurl.SIZE_UPLOAD_T, pycurl.APPCONNECT_TIME))
    return HttpAnswer(error=message or f"libcurl error {code}", reached=reached)


_local = threading.local()


def engine_current() -> Engine:
    """Return this thread's engine, which keeps its connections from one call to the next.

    A process forked off another one makes its own: connections cannot be shared.
    """
    if getattr(_local, "pid", None) != os.getpid():
        _local.pid, _local.engine = os.getpid(), Engine()
    engine: Engine = _local.engine
    return engine
