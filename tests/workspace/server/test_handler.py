"""The ASGI handler: responses, and the threads of requests."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from workspace.server.handler import MAX_IDLE, RequestThread, RequestThreads, SiteHandler

# The only endpoint that needs no database.
PATH = "/api/info"


@pytest.fixture(scope="module")
def handler() -> SiteHandler:
    return SiteHandler()


async def call(handler: SiteHandler, path: str = PATH) -> tuple[int, bytes]:
    """Return the status and body of the response to a GET request."""
    is_complete, messages = asyncio.Event(), list[dict[str, Any]]()
    incoming = [{"type": "http.request", "body": b""}]

    async def receive() -> dict[str, Any]:
        if incoming:
            return incoming.pop()
        await is_complete.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    headers = [(b"host", b"127.0.0.1")]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    await handler(scope, receive, send)
    return messages[0]["status"], b"".join(message.get("body", b"") for message in messages[1:])


def with_threads(
    handler: SiteHandler, monkeypatch: pytest.MonkeyPatch, during: Callable[[], Any] = lambda: None
) -> list[threading.Thread]:
    """Record the threads that respond, which call `during` before."""
    used: list[threading.Thread] = []
    respond = handler.get_response

    def recorded(request: HttpRequest) -> HttpResponse:
        used.append(threading.current_thread())
        during()
        return respond(request)

    monkeypatch.setattr(handler, "get_response", recorded)
    return used


def test_responds_like_django(handler: SiteHandler) -> None:
    status, body = asyncio.run(call(handler))
    assert (status, json.loads(body)["success"]) == (200, True)


def test_an_error_is_a_response(handler: SiteHandler) -> None:
    status, body = asyncio.run(call(handler, "/api/nothing"))
    assert (status, json.loads(body)["errorType"]) == (404, "error-endpoint-not-found")


def test_requests_use_the_same_thread_one_after_the_other(
    handler: SiteHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = with_threads(handler, monkeypatch)

    async def calls() -> None:
        for _time in range(3):
            await call(handler)

    asyncio.run(calls())
    assert len(used) == 3
    assert len(set(used)) == 1


def test_requests_at_the_same_time_have_threads_of_their_own(
    handler: SiteHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = threading.Barrier(2, timeout=10)
    used = with_threads(handler, monkeypatch, both.wait)

    async def calls() -> None:
        await asyncio.gather(call(handler), call(handler))

    asyncio.run(calls())
    assert len(set(used)) == 2


def test_a_busy_thread_gets_no_further_request() -> None:
    threads, thread, is_over = RequestThreads(), RequestThread(), threading.Event()
    work = thread.submit(is_over.wait, 10)
    threads.put_back(thread)
    assert threads.take() is not thread
    is_over.set()
    assert work.result(10)
    threads.put_back(idle := RequestThread())
    assert threads.take() is idle


def test_few_threads_stay_idle() -> None:
    threads, many = RequestThreads(), [RequestThread() for _number in range(MAX_IDLE + 1)]
    for thread in many:
        threads.put_back(thread)
    kept = [threads.take() for _number in range(MAX_IDLE)]
    assert set(kept) == set(many[:MAX_IDLE])
    with pytest.raises(RuntimeError):
        many[-1].submit(print)


def test_other_protocols_are_refused(handler: SiteHandler) -> None:
    with pytest.raises(ValueError, match="lifespan"):
        asyncio.run(handler({"type": "lifespan"}, None, None))
