"""The gateway under ASGI, where the database work of many requests is batched."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import OperationalError, connections

from cloud.models import QuotaMonth, RegisteredWorkspace
from push.gateway import runtime
from push.gateway.asgi import GatewayMiddleware
from push.gateway.requests import BODY_MAX_BYTES
from push.models import GatewayPush, SandboxPush
from tests.factories import registered
from tests.push.gateway.conftest import options

pytestmark = pytest.mark.django_db(transaction=True)

# A request as a client sends it: its path, and its body in the parts in which it arrives.
Asked = tuple[str, Sequence[bytes]]
Answered = tuple[int, dict[str, Any]]


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """The application that handles all other requests."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture
def gateway() -> Iterator[GatewayMiddleware]:
    """The gateway; the connections of its threads are closed after the test."""
    made = GatewayMiddleware(behind)
    yield made
    if made._runtime:
        threads, together = made._runtime._threads.executor, threading.Barrier(runtime.THREADS)

        def connections_close() -> None:
            together.wait()
            connections.close_all()

        for _thread in range(runtime.THREADS):
            threads.submit(connections_close)
        threads.shutdown()


@pytest.fixture
def access_token() -> str:
    return registered()[1]


def ask(gateway: GatewayMiddleware, token: str, *asked: Asked, method: str = "POST") -> list[Answered | None]:
    """Send the requests concurrently; None for a client that disconnects before its body is complete."""

    async def one(path: str, parts: Sequence[bytes]) -> Answered | None:
        arriving, sent = list(parts), list[dict[str, Any]]()

        async def receive() -> dict[str, Any]:
            if not arriving:
                return {"type": "http.disconnect"}
            part = arriving.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(arriving) or part == b"gone"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {token}".encode())]
        await gateway({"type": "http", "method": method, "path": path, "headers": headers}, receive, send)
        return (sent[0]["status"], json.loads(sent[1]["body"])) if sent else None

    async def all_of_them() -> list[Answered | None]:
        return await asyncio.gather(*(one(*request) for request in asked))

    return asyncio.run(all_of_them())


def push(number: int = 0, **fields: Any) -> Asked:
    body = {"token": f"{number:064x}", "options": options(**fields)}
    return "/push/apn/send", [json.dumps(body).encode()]


def batch(numbers: range, **fields: Any) -> Asked:
    devices = [{"type": "apn", "token": f"{number:064x}"} for number in numbers]
    return "/push/batch", [json.dumps({"options": options(**fields), "devices": devices}).encode()]


def test_other_requests_are_passed_to_the_application(gateway: GatewayMiddleware) -> None:
    assert ask(gateway, "", ("/admin/", [b""]), ("/push/other", [b""])) == [(299, {})] * 2


def test_fifty_concurrent_requests_do_not_exceed_the_limit(gateway: GatewayMiddleware, access_token: str) -> None:
    RegisteredWorkspace.objects.update(monthly_limit=20)
    answers = ask(gateway, access_token, *(push(number, identity=f"i{number}") for number in range(50)))
    assert Counter(answer[0] for answer in answers if answer) == {200: 20, 429: 30}
    assert list(QuotaMonth.objects.values_list("used", "reserved")) == [(20, 0)]
    assert SandboxPush.objects.count() == 20


def test_batches_and_single_pushes_share_the_remaining_quota(gateway: GatewayMiddleware, access_token: str) -> None:
    RegisteredWorkspace.objects.update(monthly_limit=30)
    asked = [batch(range(25)), *(push(number) for number in range(25, 35)), batch(range(35, 60))]
    statuses: Counter[int] = Counter()
    for answer in ask(gateway, access_token, *asked):
        assert answer
        statuses.update([one["status"] for one in answer[1]["answers"]] if "answers" in answer[1] else [answer[0]])
    assert statuses == {200: 30, 429: 30}
    assert list(QuotaMonth.objects.values_list("used", "reserved")) == [(30, 0)]


def test_concurrent_repetitions_of_a_push_are_sent_once(gateway: GatewayMiddleware, access_token: str) -> None:
    answers = ask(gateway, access_token, *(push(identity="the same") for _time in range(20)))
    assert {answer[0] for answer in answers if answer} <= {200, 503}
    assert SandboxPush.objects.count() == 1
    assert QuotaMonth.objects.get().used == 1
    assert ask(gateway, access_token, push(identity="the same")) == [(200, {"success": True})]
    assert SandboxPush.objects.count() == 1


def test_a_body_may_arrive_in_parts_and_an_oversized_one_is_not_read_completely(
    gateway: GatewayMiddleware, access_token: str
) -> None:
    path, (body,) = push()
    large = [b"x" * BODY_MAX_BYTES] * 3
    answers = ask(gateway, access_token, (path, [body[:50], body[50:]]), (path, large))
    assert [answer[0] for answer in answers if answer] == [200, 422]


def test_a_client_that_disconnects_early_gets_no_response(gateway: GatewayMiddleware, access_token: str) -> None:
    assert ask(gateway, access_token, ("/push/apn/send", [b"gone"])) == [None]
    assert not GatewayPush.objects.exists()


def test_a_database_failure_only_affects_the_waiting_requests(
    gateway: GatewayMiddleware, access_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(gateway, access_token, push())
    assert gateway._runtime
    taking, work = gateway._runtime._taking, gateway._runtime._taking._work

    def fail(_wishes: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(taking, "_work", fail)
    answers = ask(gateway, access_token, *(push(number) for number in range(5)))
    assert {(answer[0], answer[1]["errorType"]) for answer in answers if answer} == {(503, "error-unavailable")}
    monkeypatch.setattr(taking, "_work", work)
    assert ask(gateway, access_token, push()) == [(200, {"success": True})]
