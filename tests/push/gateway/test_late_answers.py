"""The response to a batch does not wait for slow devices, and nothing is sent or counted twice."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from cloud.models import QuotaMonth
from push.gateway import runtime, sending, services
from push.gateway.asgi import GatewayMiddleware
from push.gateway.endpoints import answer
from push.gateway.messages import GatewayRequest, GatewayResponse
from push.gateway.protocols.rocketchat import protocol
from push.gateway.runtime import BatchingRuntime
from push.http.engine_thread import EngineThread
from push.models import GatewayApp, GatewayPush
from tests.factories import registered
from tests.fakes.apple import FakeApple
from tests.fakes.certificates import TokenKey
from tests.fakes.scripting import Reply
from tests.push.gateway.conftest import options

pytestmark = pytest.mark.django_db(transaction=True)

SLOW, QUICK = "a1" * 32, "b2" * 32


@pytest.fixture
def go_on() -> Iterator[threading.Event]:
    """An event that releases the slow device's response; always set at the end."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(autouse=True)
def _apple(
    fake_apple: FakeApple, token_key: TokenKey, authority_file: object, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """An app whose pushes go to the fake, and an engine that trusts it."""
    settings.SANDBOX, settings.OUTBOUND_CA_FILE = False, str(authority_file)
    app = GatewayApp(
        app_name="chat.rocket.reactnative",
        apn_token_key=token_key.key,
        apn_token_key_id=token_key.key_id,
        apn_team_id=token_key.team_id,
    )
    app.full_clean()
    app.save()
    engine = EngineThread(connect_timeout=20, timeout=30)
    monkeypatch.setattr(sending, "engine_thread_current", lambda: engine)
    monkeypatch.setattr(sending, "TOGETHER_SECONDS", 0.05)
    yield
    engine.close()


@pytest.fixture
def gathered() -> Iterator[BatchingRuntime]:
    """The runtime of an ASGI server; the connections of its threads are closed after the test."""
    made = BatchingRuntime()
    yield made
    threads, together = made._threads.executor, threading.Barrier(runtime.THREADS)

    def connections_close() -> None:
        together.wait()
        connections.close_all()

    for _thread in range(runtime.THREADS):
        threads.submit(connections_close)
    threads.shutdown()


def batch(access_token: str, **fields: Any) -> GatewayRequest:
    devices = [{"type": "apn", "token": token} for token in (SLOW, QUICK)]
    body = json.dumps({"options": options(**fields), "devices": devices}).encode()
    return GatewayRequest("POST", "push/batch", headers={"authorization": f"Bearer {access_token}"}, body=body)


def statuses(given: GatewayResponse) -> list[int]:
    return [one["status"] for one in given.document["answers"]]


@pytest.mark.thorough
def test_a_slow_device_is_in_progress_and_a_repetition_gets_the_result(
    gathered: BatchingRuntime, fake_apple: FakeApple, go_on: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_apple.standing[SLOW] = lambda: Reply(hold=go_on)
    monkeypatch.setattr(protocol, "BATCH_SECONDS", 0.5)
    request = batch(registered()[1], identity="i1")

    async def send() -> None:
        first = await answer(request, gathered)
        assert statuses(first) == [503, 200]
        late = first.document["answers"][0]
        assert (late["errorType"], late["retryAfter"]) == ("error-push-in-progress", 21)
        assert statuses(await answer(request, gathered)) == [503, 200]
        go_on.set()
        await asyncio.gather(*services.late_tasks)
        assert statuses(await answer(request, gathered)) == [200, 200]
        assert await sync_to_async(GatewayPush.objects.filter(accepted_at=None).exists)() is False

    asyncio.run(send())
    assert sorted(push.token for push in fake_apple.accepted) == [SLOW, QUICK]
    assert list(QuotaMonth.objects.values_list("used", "reserved")) == [(2, 0)]


def test_a_stopping_server_waits_for_pushes_in_progress(
    gathered: BatchingRuntime, fake_apple: FakeApple, go_on: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_apple.standing[SLOW] = lambda: Reply(hold=go_on)
    monkeypatch.setattr(protocol, "BATCH_SECONDS", 0.0)
    request = batch(registered()[1], identity="i1")
    sent: list[str] = []

    async def no_application(_scope: Any, _receive: Any, _send: Any) -> None:
        raise AssertionError("The gateway handles the server's start and stop itself.")

    async def stop() -> None:
        await answer(request, gathered)
        server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        server.put_nowait({"type": "lifespan.startup"})
        server.put_nowait({"type": "lifespan.shutdown"})

        async def record(message: dict[str, Any]) -> None:
            sent.append(message["type"])

        stopping = asyncio.ensure_future(GatewayMiddleware(no_application)({"type": "lifespan"}, server.get, record))
        await asyncio.wait([stopping], timeout=0.3)
        assert sent == ["lifespan.startup.complete"]
        go_on.set()
        await stopping

    asyncio.run(stop())
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert not GatewayPush.objects.filter(accepted_at=None).exists()


def test_pushes_without_identity_are_waited_for(
    gathered: BatchingRuntime, fake_apple: FakeApple, go_on: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_apple.standing[SLOW] = lambda: Reply(hold=go_on)
    monkeypatch.setattr(protocol, "BATCH_SECONDS", 0.0)
    request = batch(registered()[1])

    async def send() -> None:
        task = asyncio.ensure_future(answer(request, gathered))
        await asyncio.wait([task], timeout=0.3)
        assert not task.done()
        go_on.set()
        assert statuses(await task) == [200, 200]

    asyncio.run(send())
