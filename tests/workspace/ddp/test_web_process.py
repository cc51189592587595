"""Sockets of a real web process, which has few database connections."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.factories import UserFactory
from tests.push.streams.conftest import WebProcess
from tests.workspace.ddp.conftest import CONNECT
from workspace.models import ClientPresence, Connection, User
from workspace.selectors.presence import presence_of
from workspace.services.accounts import sign_ins_end, user_deactivate
from workspace.services.sign_in import sign_in

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

SOCKETS = 120


@pytest.fixture
def web(transactional_db: None) -> Iterator[WebProcess]:
    started = WebProcess()
    try:
        started.wait()
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


async def open_socket(web: WebProcess, stack: AsyncExitStack, token: str) -> ClientConnection:
    """Open a socket and sign in."""
    socket = await stack.enter_async_context(connect(f"ws://127.0.0.1:{web.port}/websocket"))
    login = {"msg": "method", "method": "login", "params": [{"resume": token}], "id": "login"}
    for message in (CONNECT, login):
        await socket.send(json.dumps(message))
    result = await until(socket, "result")
    assert "error" not in result, result
    return socket


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """Return the next message of this kind, and skip those before it."""
    async with asyncio.timeout(30):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message.get("msg") == kind:
                return message


async def closing(socket: ClientConnection) -> tuple[int, float]:
    """Wait until the server closes the socket; returns the code, and how many seconds it took."""
    begun = time.monotonic()
    with pytest.raises(ConnectionClosed) as closed:
        await until(socket, "nothing")
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, time.monotonic() - begun


def test_many_sockets_sign_in_at_once(web: WebProcess) -> None:
    """None of them waits for another one's database connection, and all are online."""
    tokens = [sign_in(user=user) for user in UserFactory.create_batch(SOCKETS)]

    async def test() -> None:
        async with AsyncExitStack() as stack:
            sockets = await asyncio.gather(*(open_socket(web, stack, token) for token in tokens))
            for socket in sockets:
                await socket.send('{"msg":"ping"}')
                assert await until(socket, "pong") == {"msg": "pong"}
            while await ClientPresence.objects.acount() < SOCKETS:
                await asyncio.sleep(0.1)
        while await ClientPresence.objects.aexists():
            await asyncio.sleep(0.1)

    asyncio.run(asyncio.wait_for(test(), 60))
    assert [line for line in web.log() if "ERROR" in line or "Traceback" in line] == []


ENDINGS = {
    "signed out": lambda user: sign_ins_end(user=user),
    "deactivated": lambda user: user_deactivate(user=user, by=UserFactory(roles=("admin",))),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("is_subscribed", [True, False])
def test_a_socket_is_closed_within_two_seconds_of_the_end_of_its_sign_in(
    web: WebProcess, ending: str, is_subscribed: bool
) -> None:
    user: User = UserFactory()
    token = sign_in(user=user)
    event = f"{user.public_id}/force_logout"

    async def test() -> None:
        async with AsyncExitStack() as stack:
            socket = await open_socket(web, stack, token)
            if is_subscribed:
                subscription = {"msg": "sub", "id": "1", "name": "stream-notify-user", "params": [event, False]}
                await socket.send(json.dumps(subscription))
                await until(socket, "ready")
            await sync_to_async(ENDINGS[ending])(user)
            if is_subscribed:
                assert (await until(socket, "changed"))["fields"] == {"eventName": event, "args": []}
            code, seconds = await closing(socket)
            assert code == 1008
            # One second on an idle machine.
            assert seconds < 5

    asyncio.run(asyncio.wait_for(test(), 60))


def test_a_stopping_server_closes_its_sockets_and_leaves_them_time_to_reconnect(web: WebProcess) -> None:
    user: User = UserFactory()
    token = sign_in(user=user)

    async def test() -> None:
        async with AsyncExitStack() as stack:
            socket = await open_socket(web, stack, token)
            while not await ClientPresence.objects.aexists():
                await asyncio.sleep(0.1)
            stopping = asyncio.create_task(asyncio.to_thread(web.stop))
            assert (await closing(socket))[0] == 1012
            await stopping

    asyncio.run(asyncio.wait_for(test(), 60))
    assert presence_of(user).connection == Connection.ONLINE
    assert presence_of(user, at=timezone.now() + timedelta(seconds=31)).connection == Connection.OFFLINE
