"""The messages of the protocol, as clients exchange them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.workspace.ddp.conftest import CONNECT, Run, Socket

pytestmark = pytest.mark.django_db


def test_a_client_is_connected(run: Run) -> None:
    async def test() -> None:
        socket = Socket()
        assert (await socket.open())["type"] == "websocket.accept"
        assert await socket.next() == {"server_id": "0"}
        await socket.send(**CONNECT)
        answer = await socket.next()
        assert answer == {"msg": "connected", "session": answer["session"]}
        assert len(answer["session"]) == 17
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize(
    "proposal",
    [
        {"version": "2", "support": ["2"]},
        {"version": "pre2", "support": ["1", "pre2"]},
        {"version": "1", "support": []},
        {"version": "1"},
        {"version": 1, "support": "1"},
    ],
)
def test_the_server_names_the_version_that_it_speaks_and_closes(run: Run, proposal: dict[str, Any]) -> None:
    async def test() -> None:
        socket = Socket()
        await socket.open()
        await socket.next()
        await socket.send(msg="connect", **proposal)
        assert await socket.next() == {"msg": "failed", "version": "1"}
        assert (await socket.closing())[0] == 1000
        await socket.disconnect()

    run(test)


def test_an_old_client_speaks_the_version_that_it_prefers(run: Run) -> None:
    async def test() -> None:
        socket = Socket()
        await socket.open()
        await socket.next()
        await socket.send(msg="connect", version="pre2", support=["pre3", "pre2", "pre1"])
        assert (await socket.next())["msg"] == "connected"
        await socket.disconnect()

    run(test)


def test_pings_are_answered_with_their_id(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send(msg="ping")
        assert await socket.next() == {"msg": "pong"}
        await socket.send(msg="ping", id="a")
        assert await socket.next() == {"msg": "pong", "id": "a"}
        await socket.send(msg="pong")
        await socket.send(msg="ping", id="b")
        assert await socket.next() == {"msg": "pong", "id": "b"}
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "Bad request"),
        ("[1]", "Bad request"),
        ('{"id":"1"}', "Bad request"),
        ('{"msg":5}', "Bad request"),
        ('{"msg":"dance","id":"1"}', "Bad request"),
        ('{"msg":"unsub"}', "Bad request"),
        ('{"msg":"unsub","id":5}', "Bad request"),
        ('{"msg":"method","method":"login"}', "Malformed method invocation"),
        ('{"msg":"method","id":1,"method":"login"}', "Malformed method invocation"),
        ('{"msg":"method","id":"1","method":"login","params":{}}', "Malformed method invocation"),
        ('{"msg":"method","id":"1","method":"login","randomSeed":1}', "Malformed method invocation"),
        ('{"msg":"sub","id":"1"}', "Malformed subscription"),
        ('{"msg":"sub","id":"1","name":"x","params":"x"}', "Malformed subscription"),
        ('{"msg":"connect","version":"1","support":["1"]}', "Already connected"),
        ("[" * 5_000, "Bad request"),
    ],
)
def test_a_malformed_message_is_quoted_and_the_socket_stays_open(run: Run, text: str, reason: str) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send_text(text)
        quoted = {"offendingMessage": json.loads(text)} if text.startswith("{") and len(text) > 1 else {}
        assert await socket.next() == {"msg": "error", "reason": reason, **quoted}
        await socket.send(msg="ping")
        assert await socket.next() == {"msg": "pong"}
        await socket.disconnect()

    run(test)


def test_a_client_must_connect_first(run: Run) -> None:
    async def test() -> None:
        socket = Socket()
        await socket.open()
        await socket.next()
        await socket.send(msg="ping")
        assert await socket.next() == {
            "msg": "error",
            "reason": "Must connect first",
            "offendingMessage": {"msg": "ping"},
        }
        await socket.disconnect()

    run(test)


def test_half_a_surrogate_pair_is_replaced(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send_text('{"msg":"ping","id":"\\ud800"}')
        assert await socket.next() == {"msg": "pong", "id": "?"}
        await socket.disconnect()

    run(test)


def test_an_unknown_method_gets_the_error_of_meteor(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send(msg="method", method="dance", params=[], id="7")
        result = await socket.next()
        assert (result["msg"], result["id"]) == ("result", "7")
        error = result["error"]
        assert error["isClientSafe"] is True
        assert (error["error"], error["errorType"]) == (404, "Meteor.Error")
        assert (error["reason"], error["message"]) == ("Method 'dance' not found", "Method 'dance' not found [404]")
        assert await socket.next() == {"msg": "updated", "methods": ["7"]}
        await socket.disconnect()

    run(test)


def test_an_unknown_subscription_gets_the_error_of_meteor(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send(msg="sub", name="dances", params=[], id="7")
        assert await socket.next() == {
            "msg": "nosub",
            "id": "7",
            "error": {
                "isClientSafe": True,
                "error": 404,
                "reason": "Subscription 'dances' not found",
                "message": "Subscription 'dances' not found [404]",
                "errorType": "Meteor.Error",
            },
        }
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize("name", ["meteor.loginServiceConfiguration", "meteor_autoupdate_clientVersions"])
def test_publications_that_clients_start_with_are_ready(run: Run, name: str) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send(msg="sub", name=name, params=[], id="1")
        assert await socket.next() == {"msg": "ready", "subs": ["1"]}
        await socket.send(msg="unsub", id="1")
        assert await socket.next() == {"msg": "nosub", "id": "1"}
        await socket.send(msg="unsub", id="unknown")
        assert await socket.next() == {"msg": "nosub", "id": "unknown"}
        await socket.disconnect()

    run(test)


def test_a_binary_message_closes_the_socket(run: Run) -> None:
    async def test() -> None:
        socket = await Socket().start()
        await socket.send_input({"type": "websocket.receive", "bytes": b"x"})
        assert await socket.closing() == (1003, "Messages are texts")
        await socket.disconnect()

    run(test)
