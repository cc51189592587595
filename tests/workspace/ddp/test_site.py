"""Where web sockets are, and requests that are refused before a socket is opened."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.test import Client

from tests.workspace.ddp.conftest import CONNECT, MESSAGE_DEADLINE, Run, Socket
from workspace.ddp import limits
from workspace.ddp.site import SocketSite
from workspace.server.site_path import SitePath

pytestmark = pytest.mark.django_db

SOCKJS = "/sockjs/123/abcdefgh/websocket"


async def refusal(socket: Socket) -> tuple[int, str]:
    """Return the status and the text with which the request for a socket is refused."""
    start = await socket.open()
    assert start["type"] == "websocket.http.response.start", start
    body = await socket.receive_output(MESSAGE_DEADLINE)
    # Servers report this once the response is sent.
    await socket.disconnect(1006)
    return start["status"], body["body"].decode()


@pytest.mark.parametrize("path", ["/websocket", "/websocket/", "/sockjs/websocket"])
def test_a_plain_socket(run: Run, path: str) -> None:
    async def test() -> None:
        await (await Socket(path).start()).disconnect()

    run(test)


def test_a_socket_in_the_envelope_of_sockjs(run: Run) -> None:
    async def test() -> None:
        socket = Socket(SOCKJS)
        assert (await socket.open())["type"] == "websocket.accept"
        assert await socket.next_text() == "o"
        assert await socket.next_text() == 'a["{\\"server_id\\":\\"0\\"}"]'
        await socket.send_text(json.dumps([json.dumps(CONNECT), '{"msg":"ping","id":"1"}']))
        assert (await socket.next_text()).startswith('a["{\\"msg\\":\\"connected\\"')
        assert await socket.next_text() == 'a["{\\"msg\\":\\"pong\\",\\"id\\":\\"1\\"}"]'
        await socket.send_text("")
        await socket.send_text('"{\\"msg\\":\\"ping\\"}"')
        assert await socket.next_text() == 'a["{\\"msg\\":\\"pong\\"}"]'
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize("text", ["{", "5", "[5]", '{"msg":"ping"}', "[" * 9_000])
def test_a_broken_envelope_closes_the_socket(run: Run, text: str) -> None:
    async def test() -> None:
        socket = Socket(SOCKJS)
        await socket.open()
        await socket.next_text()
        await socket.next_text()
        await socket.send_text(text)
        assert await socket.next_text() == 'c[1002,"Broken framing."]'
        assert await socket.closing() == (1002, "Broken framing.")
        await socket.disconnect()

    run(test)


@pytest.mark.parametrize("path", ["/sockjs/123/abc/xhr", "/socket", "/", "/sockjs/1.2/abc/websocket", "/events/"])
def test_there_is_no_socket_elsewhere(run: Run, path: str) -> None:
    async def test() -> None:
        assert await refusal(Socket(path)) == (404, "There is no web socket at this address")
        # A server that cannot send a response closes instead.
        assert (await Socket(path, extensions={}).open())["type"] == "websocket.close"

    run(test)


@pytest.mark.parametrize("path", ["/websocket", "/chat/websocket"])
def test_a_site_below_a_path_has_sockets_below_it(run: Run, settings: Any, path: str) -> None:
    settings.SITE_PATH = "/chat"

    async def test() -> None:
        await (await Socket(path).start()).disconnect()

    run(test)


def test_a_cloud_has_no_sockets(run: Run, settings: Any) -> None:
    settings.ROLES = frozenset({"cloud"})

    async def test() -> None:
        assert (await refusal(Socket()))[0] == 404

    run(test)


def test_any_origin_may_open_a_socket(run: Run) -> None:
    """Sockets ignore cookies, so a page of another site gains nothing."""

    async def test() -> None:
        headers = [(b"host", b"localhost"), (b"origin", b"https://elsewhere.example")]
        await (await Socket(headers=headers).start()).disconnect()

    run(test)


def test_another_host_name_is_refused(run: Run) -> None:
    async def test() -> None:
        status, _text = await refusal(Socket(headers=[(b"host", b"elsewhere.example")]))
        assert status == 400

    run(test)


def test_tls_is_required_like_for_pages(run: Run, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    async def test() -> None:
        assert await refusal(Socket()) == (400, "Connect with TLS (wss://)")
        headers = [(b"host", b"localhost"), (b"x-forwarded-proto", b"https")]
        await (await Socket(headers=headers).start()).disconnect()

    run(test)


def test_an_address_has_a_limited_number_of_sockets_that_have_not_signed_in(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ANONYMOUS_PER_ADDRESS", 1)

    async def test() -> None:
        socket = await Socket(address="2001:db8::1").start()
        # Providers assign a whole network to a customer.
        status, text = await refusal(Socket(address="2001:db8::2"))
        assert (status, text) == (429, "Too many connections from this address have not signed in")
        await (await Socket(address="2001:db8:1::1").start()).disconnect()
        await socket.disconnect()
        await (await Socket(address="2001:db8::2").start()).disconnect()

    run(test)


@pytest.mark.parametrize("path", ["/websocket", "/websocket/", "/sockjs/websocket", SOCKJS])
def test_a_plain_request_is_answered_as_by_a_socket(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.content.decode()) == (400, 'Can "Upgrade" only to "WebSocket".')


def test_sockjs_clients_ask_for_its_options(client: Client) -> None:
    response = client.get("/sockjs/info")
    answer = response.json()
    assert 0 <= answer.pop("entropy") < 2**32
    assert answer == {"websocket": True, "origins": ["*:*"], "cookie_needed": False}
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/sockjs/").content == b"Welcome to SockJS!\n"


def test_other_requests_are_passed_on() -> None:
    seen = []

    async def inner(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(SitePath(SocketSite(inner))({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
