"""A real web process on the test's database, and its streams."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.push.worker.conftest import database_url
from tests.waiting import wait_until

BASE_DIR = Path(__file__).resolve().parents[3]
# Several may start at the same time.
DEADLINE = 90.0


def free_port() -> int:
    with socket.socket() as free_socket:
        free_socket.bind(("127.0.0.1", 0))
        return int(free_socket.getsockname()[1])


class WebProcess:
    """The web server as started by `make run`, with few database connections."""

    def __init__(self, **environment: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "workspace.config.asgi:application", "--log-level", "warning"),
                *("--port", str(self.port), "--http", "workspace.server.protocol:BoundedProtocol"),
            ],
            cwd=BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": database_url(),
                "DATA_DIR": str(settings.DATA_DIR),
                "DJANGO_SETTINGS_MODULE": "workspace.config.web",
                "DATABASE_POOL_SIZE": "4",
                "DATABASE_LOCK_TIMEOUT": "3",
                **environment,
            },
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> None:
        """Wait until it accepts connections."""
        wait_until(self.answers, seconds=DEADLINE)

    def answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def log(self) -> list[str]:
        """Stop it and return its log."""
        self.process.terminate()
        return self.process.communicate(timeout=DEADLINE)[1].splitlines()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(DEADLINE)


class EventStream:
    """The client side of a stream."""

    def __init__(self, port: int, client: Client | None = None, **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"} if client else {}
        self._connection.request("GET", "/events/", headers={**cookie, **headers})
        self.response = self._connection.getresponse()

    def next(self) -> tuple[str, Any, str]:
        """Return the next event's kind, data and id; empty strings at the end of the stream."""
        fields: dict[str, str] = {}
        while line := self.response.readline().decode():
            name, _colon, value = line.rstrip("\n").partition(": ")
            if not name and fields.get("data"):
                return fields["event"], json.loads(fields["data"]), fields.get("id", "")
            fields[name] = value
        return "", None, ""

    def until(self, kind: str) -> tuple[Any, str]:
        """Return the data and id of the next event of this kind."""
        while True:
            event, data, key = self.next()
            assert event, "The stream has ended."
            if event == kind:
                return data, key

    def end(self) -> list[str]:
        """Wait for the end of the stream; returns the kinds of the events received before it."""
        kinds = []
        while kind := self.next()[0]:
            kinds.append(kind)
        return kinds

    def close(self) -> None:
        self.response.close()
        self._connection.close()


@pytest.fixture
def web(transactional_db: None) -> Iterator[WebProcess]:
    started = WebProcess()
    try:
        started.wait()
        yield started
    finally:
        started.process.kill()
        started.process.communicate()


Open = Callable[..., EventStream]


@pytest.fixture
def open_stream(web: WebProcess) -> Iterator[Open]:
    """Opens streams with or without a browser's session; all are closed after the test."""
    opened: list[EventStream] = []

    def open_one(client: Client | None = None, **headers: str) -> EventStream:
        opened.append(EventStream(web.port, client, **headers))
        return opened[-1]

    yield open_one
    for stream in opened:
        stream.close()
