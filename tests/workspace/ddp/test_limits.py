"""The limits of sockets, and their answers."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import UserFactory
from tests.workspace.ddp.conftest import CONNECT, Run, Socket
from workspace.api.methods import registry
from workspace.api.methods.calls import MethodCall
from workspace.ddp import handlers, limits
from workspace.ddp.calls import run_method
from workspace.ddp.handlers import current_handlers
from workspace.ddp.outbox import Outbox

pytestmark = pytest.mark.django_db

SILENT = "meteor.loginServiceConfiguration"


@pytest.fixture
def _few_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow five messages, and reject three more."""
    monkeypatch.setattr(limits, "BURST", 5)
    monkeypatch.setattr(limits, "PER_SECOND", 0.001)
    monkeypatch.setattr(limits, "MAX_REJECTED", 3)


@pytest.mark.usefixtures("_few_messages")
def test_too_many_messages_are_rejected_with_the_seconds_to_wait(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        for _number in range(3):
            await socket.call("dance")
        await socket.send(msg="sub", id="s0", name=SILENT)
        assert (await socket.next())["msg"] == "ready"
        error = (await socket.call("dance"))["error"]
        assert (error["error"], error["errorType"]) == ("too-many-requests", "Meteor.Error")
        # Clients parse the seconds from the text.
        (seconds,) = re.findall(r"\d+", error["reason"])
        assert 990 <= int(seconds) <= 1000
        await socket.send(msg="sub", id="s1", name=SILENT)
        nosub = await socket.next()
        assert (nosub["msg"], nosub["id"], nosub["error"]["error"]) == ("nosub", "s1", "too-many-requests")
        await socket.disconnect()

    run(test)


@pytest.mark.usefixtures("_few_messages")
def test_a_client_that_continues_regardless_is_disconnected(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        for _number in range(8):
            await socket.send(msg="ping")
        assert await socket.closing() == (1008, "Too many messages")
        await socket.disconnect()

    run(test)


def test_messages_are_allowed_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr(limits.time, "monotonic", lambda: now)
    bucket = limits.TokenBucket()
    assert [bucket.take() for _number in range(limits.BURST + 2)] == [0] * limits.BURST + [1, 1]
    now += 1.0
    assert [bucket.take() for _number in range(limits.PER_SECOND + 1)] == [0] * limits.PER_SECOND + [1]


def test_a_socket_has_a_limited_number_of_subscriptions(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SUBSCRIPTIONS", 2)

    async def test() -> None:
        socket = await Socket().start()
        for key in ("1", "2"):
            await socket.send(msg="sub", id=key, name=SILENT)
            assert await socket.next() == {"msg": "ready", "subs": [key]}
        await socket.send(msg="sub", id="3", name=SILENT)
        assert (await socket.next())["error"]["error"] == "error-too-many-subscriptions"
        await socket.send(msg="unsub", id="1")
        await socket.next()
        await socket.send(msg="sub", id="3", name=SILENT)
        assert await socket.next() == {"msg": "ready", "subs": ["3"]}
        await socket.disconnect()

    run(test)


def test_large_messages_require_a_sign_in(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send(msg="ping", id="x" * limits.ANONYMOUS_MESSAGE_BYTES)
        assert await socket.closing() == (1009, "Sign in before sending large messages")
        await socket.disconnect()

    run(test)


def test_a_silent_client_is_pinged_and_then_disconnected(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        sweep = current_handlers().sockets.sweep
        sweep(time.monotonic() + limits.PING_SECONDS - 1)
        sweep(time.monotonic() + limits.PING_SECONDS + 1)
        sweep(time.monotonic() + limits.PING_SECONDS + 6)
        assert await socket.next() == {"msg": "ping"}
        await socket.send(msg="pong")
        await socket.send(msg="ping", id="1")
        assert await socket.next() == {"msg": "pong", "id": "1"}
        sweep(time.monotonic() + limits.PING_SECONDS + 1)
        assert await socket.next() == {"msg": "ping"}
        sweep(time.monotonic() + limits.SILENCE_SECONDS)
        assert await socket.closing() == (4000, "TIMEOUT")
        await socket.disconnect()

    run(test)


def test_a_client_that_does_not_introduce_itself_is_disconnected(run: Run) -> None:
    async def test() -> None:
        socket = Socket("/sockjs/1/abc/websocket")
        await socket.open()
        current_handlers().sockets.sweep(time.monotonic() + limits.PING_SECONDS)
        assert await socket.closing() == (4000, "TIMEOUT")
        await socket.disconnect()

    run(test)


def test_sockjs_clients_also_get_its_heartbeat(run: Run) -> None:
    async def test() -> None:
        socket = Socket("/sockjs/1/abc/websocket")
        await socket.open()
        await socket.next_text()
        await socket.next_text()
        await socket.send_text('["{\\"msg\\":\\"connect\\",\\"version\\":\\"1\\",\\"support\\":[\\"1\\"]}"]')
        await socket.next_text()
        current_handlers().sockets.sweep(time.monotonic() + limits.PING_SECONDS)
        assert await socket.next_text() == "h"
        assert await socket.next_text() == 'a["{\\"msg\\":\\"ping\\"}"]'
        await socket.disconnect()

    run(test)


def test_old_clients_that_know_no_pings_get_none(run: Run) -> None:
    async def test() -> None:
        socket = Socket()
        await socket.open()
        await socket.next()
        await socket.send(**CONNECT | {"version": "pre1", "support": ["pre1"]})
        await socket.next()
        current_handlers().sockets.sweep(time.monotonic() + limits.PING_SECONDS)
        await socket.send(msg="ping")
        assert (await socket.next())["msg"] == "error"
        await socket.disconnect()

    run(test)


Register = Callable[[str, Callable[..., Any]], None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Adds a method for the test."""

    def add(name: str, function: Callable[..., Any]) -> None:
        methods = dict(registry.methods())
        monkeypatch.setattr(registry, "_methods", {})
        registry.method(name, anonymous=True)(function)
        added = {**methods, **registry._methods}
        monkeypatch.setattr(registry, "methods", lambda: added)

    return add


def test_methods_of_a_socket_run_in_order_and_pings_do_not_wait(run: Run, register: Register) -> None:
    may_go, entered = threading.Event(), []

    def wait(call: MethodCall, name: str) -> str:
        """Wait."""
        entered.append(name)
        assert may_go.wait(10)
        return name

    register("wait", wait)

    async def test() -> None:
        socket = await Socket().start()
        for name in ("a", "b"):
            await socket.send(msg="method", method="wait", params=[name], id=name)
        await socket.send(msg="sub", name=SILENT, id="c")
        await socket.send(msg="ping", id="d")
        assert await socket.next() == {"msg": "pong", "id": "d"}
        assert "b" not in entered
        may_go.set()
        answers = [await socket.next() for _number in range(5)]
        assert [answer.get("result") or answer["msg"] for answer in answers] == [
            "a",
            "updated",
            "b",
            "updated",
            "ready",
        ]
        await socket.disconnect()

    run(test)


def test_no_more_is_read_while_too_many_messages_wait(
    run: Run, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_WAITING", 2)
    may_go = threading.Event()

    def wait(call: MethodCall) -> None:
        """Wait."""
        assert may_go.wait(10)

    register("wait", wait)

    async def test() -> None:
        socket = await Socket().start()
        for number in range(6):
            await socket.send(msg="method", method="wait", params=[], id=str(number))
        for _turn in range(20):
            await asyncio.sleep(0)
        assert not socket.input_queue.empty()
        may_go.set()
        for number in range(6):
            await socket.until("updated", methods=[str(number)])
        assert socket.input_queue.empty()
        await socket.disconnect()

    run(test)


def test_a_call_that_waited_too_long_for_a_thread_is_rejected(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.ddp.calls.MAX_WAIT_SECONDS", -1)

    async def test() -> None:
        socket = await Socket().start()
        assert (await socket.call("dance"))["error"]["error"] == "error-unavailable"
        await socket.disconnect()

    run(test)


def test_calls_that_check_a_password_do_not_occupy_the_threads_of_others(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, pools = UserFactory(username="ana"), dict[str, str]()

    def recorded(name: str, pool: Callable[..., Any]) -> Callable[..., Any]:
        async def run_there(work: Callable[..., Any], first: Any, *others: Any) -> Any:
            if work is run_method:
                pools[first] = name
            return await pool(work, first, *others)

        return run_there

    for name in ("in_methods", "in_passwords"):
        monkeypatch.setattr(handlers, name, recorded(name, getattr(handlers, name)))
    calls: dict[str, list[Any]] = {
        "login": [{"user": {"username": "ana"}, "password": "wrong"}],
        "registerUser": [{"username": "bob", "email": "bob@example.org", "pass": "x"}],
        "saveUserProfile": [{"newPassword": "another horse battery", "typedPassword": "0" * 64}],
        "setEmail": ["new@example.org"],
        "2fa:enable": [],
        "personalAccessTokens:generateToken": [{"tokenName": "bot"}],
        "personalAccessTokens:regenerateToken": [{"tokenName": "bot"}],
        "personalAccessTokens:removeToken": [{"tokenName": "bot"}],
        "deleteUserOwnAccount": ["0" * 64],
    }

    async def test() -> None:
        socket = await Socket().start()
        await socket.sign_in(user)
        for name, params in calls.items():
            await socket.call(name, *params)
        await socket.call("getRoomById", "GENERAL")
        await socket.call("unknown")
        await socket.disconnect()

    run(test)
    assert pools == dict.fromkeys(calls, "in_passwords") | dict.fromkeys(("getRoomById", "unknown"), "in_methods")


def test_a_client_that_does_not_read_loses_its_messages_and_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNREAD_FRAMES", 3)
    sent: list[dict[str, Any]] = []

    async def test() -> None:
        reads = asyncio.Event()

        async def send(message: dict[str, Any]) -> None:
            await reads.wait()
            sent.append(message)

        outbox = Outbox(send)
        for number in range(3):
            assert outbox.put(str(number))
        await asyncio.sleep(0)
        # The first one is being sent.
        assert outbox.put("3")
        assert not outbox.put("4")
        outbox.close(1008, "slow")
        outbox.put("5")
        reads.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(test())
    assert sent == [
        {"type": "websocket.send", "text": "0"},
        {"type": "websocket.close", "code": 1008, "reason": "slow"},
    ]


def test_the_total_length_of_unread_messages_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNREAD_LENGTH", 10)

    async def test() -> None:
        async def send(_message: dict[str, Any]) -> None:
            await asyncio.Event().wait()

        outbox = Outbox(send)
        # One message may be longer than the limit.
        assert outbox.put("x" * 100)
        assert not outbox.put("y")
        outbox.discard()

    asyncio.run(test())
