"""A server on a free port, with clients that send incomplete requests or do not read the response."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import uvicorn
from django.conf import settings

from callboard.web import OPTIONS
from tests.fakes.servers import port_free
from tests.waiting import wait_until
from workspace.config import asgi
from workspace.server import bodies, protocol

HALF_HEADERS = b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\n"
HALF_BODY = HALF_HEADERS + b"Content-Length: 1000\r\n\r\n{"
CHUNKED = HALF_HEADERS + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
EARLY = b"GET /early HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"
WHOLE = HALF_HEADERS + b"Content-Length: 1\r\n\r\n{"
LONG = HALF_HEADERS + b"Content-Length: 600000\r\n\r\n"
LONG_CHUNKS = HALF_HEADERS + b"Transfer-Encoding: chunked\r\n\r\n" + b"10000\r\n%s\r\n" % (b"x" * 65_536) * 20
BIG = b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n"
DEADLINE = 20
LIMITS = [bodies.BodyDeadline, bodies.BodyLimit]


class Site:
    """Reads the body. `ended` are the paths of completed requests, `read` the number of bytes of all bodies."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.read = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        size = 16_000_000 if scope["path"] == "/big" else 2
        try:
            more = scope["path"] != "/early"
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return
                self.read += len(message["body"])
                more = message.get("more_body", False)
            headers = [(b"content-length", b"%d" % size)]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            for _part in range(max(size // 100_000, 1)):
                await send({"type": "http.response.body", "body": b"x" * min(size, 100_000), "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self.ended.append(scope["path"])


class Running:
    """The server in a separate thread."""

    def __init__(self) -> None:
        self.site, self.port = Site(), port_free()
        self.server = uvicorn.Server(
            uvicorn.Config(
                bodies.BodyDeadline(bodies.BodyLimit(self.site)),
                port=self.port,
                http=protocol.BoundedProtocol,
                lifespan="off",
                log_config=None,
            )
        )
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        wait_until(lambda: self.server.started)

    def send(self, *requests: bytes, reads: bool = True) -> list[bytes]:
        """Send each request on its own connection, and return what was received until the server closed it."""

        async def one(content: bytes) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(content)
            if not reads:
                await asyncio.to_thread(wait_until, lambda: not self.server.server_state.connections)
                writer.close()
                return b""
            try:
                return await asyncio.wait_for(reader.read(), DEADLINE)
            finally:
                writer.close()

        async def all_of_them() -> list[bytes]:
            return await asyncio.gather(*(one(content) for content in requests))

        return asyncio.run(all_of_them())


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 1.5)
    monkeypatch.setattr(protocol, "WRITE_SECONDS", 0.5)
    monkeypatch.setattr(bodies, "FIRST_SECONDS", 0.5)
    monkeypatch.setattr(bodies, "DISCARD_SECONDS", 0.2)
    started = Running()
    yield started
    started.server.should_exit = True
    started.thread.join()


@pytest.mark.processes
def test_incomplete_requests_are_aborted(running: Running) -> None:
    answers = running.send(*[HALF_HEADERS] * 40, *[HALF_BODY] * 40, *[CHUNKED] * 40)
    assert {answer.split(b"\r\n")[0] for answer in answers[:40]} == {b"HTTP/1.1 408 Request Timeout"}
    for answer in answers[40:]:
        assert answer.startswith(b"HTTP/1.1 408 Request Timeout")
        assert b"did not arrive in time [error-request-timeout]" in answer
    wait_until(lambda: not running.server.server_state.connections)
    assert len(running.site.ended) == 80


@pytest.mark.processes
def test_connections_that_send_nothing_are_ended(running: Running) -> None:
    assert running.send(b"") == [b""]


@pytest.mark.processes
def test_a_body_that_the_site_does_not_read_is_not_awaited(running: Running) -> None:
    (answer,) = running.send(EARLY)
    assert answer.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.thorough
@pytest.mark.any_database
@pytest.mark.parametrize("body", [b"", b"x" * 600_000], ids=["before the body", "with the body"])
def test_a_body_with_too_large_a_content_length_is_rejected_without_reading_it(running: Running, body: bytes) -> None:
    (answer,) = running.send(LONG + body)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"[error-request-too-large]" in answer
    assert running.site.read == 0


def test_chunks_that_become_too_large_are_refused(running: Running) -> None:
    (answer,) = running.send(LONG_CHUNKS)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert running.site.read <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


@pytest.mark.processes
def test_a_complete_request_is_answered_and_the_connection_kept_alive(running: Running) -> None:
    (answer,) = running.send(WHOLE + WHOLE)
    assert answer.count(b"HTTP/1.1 200 OK") == 2


def test_a_client_that_does_not_read_is_cut_off(running: Running) -> None:
    running.send(BIG, reads=False)
    wait_until(lambda: running.site.ended == ["/big"])


def test_the_product_is_started_with_these_limits() -> None:
    name = f"{protocol.BoundedProtocol.__module__}:{protocol.BoundedProtocol.__name__}"
    assert dict(pairwise(OPTIONS))["--http"] == name
    assert [layer for layer in layers(asgi.application) if layer in LIMITS] == LIMITS


def layers(application: Any) -> Iterator[type]:
    """Yield the types of the ASGI applications, from the outermost to Django's."""
    while application:
        yield type(application)
        inner = vars(application)
        application = inner.get("_application") or inner.get("_site")
