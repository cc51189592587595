"""A running installation, shared by all clients of a session."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from tests.clients.people import Person, person_create
from tests.clients.program import Program, packages_check
from tests.fakes.gateway import FakeGateway
from tests.fakes.installation import Installation

APP_NAME = "chat.rocket.reactnative"
# Pushes to the app are sent to the gateway of the tests.
ROUTE = """
from push.models import AppRoute
AppRoute.objects.create(app_name={app!r}, kind="gateway", gateway={gateway!r})
"""


@pytest.fixture(scope="session")
def gateway() -> Iterator[FakeGateway]:
    """The gateway that receives the pushes."""
    with FakeGateway() as fake:
        yield fake


@pytest.fixture(scope="session")
def server(gateway: FakeGateway) -> Iterator[Installation]:
    """A workspace with the demo's accounts, on PostgreSQL if `DATABASE_URL` is set."""
    delays = {"NOTIFY_DELAY_ONLINE": "0", "NOTIFY_DELAY_AWAY": "0"}
    with database() as environment, Installation("workspace", **delays, **environment) as installation:
        installation.manage("shell", "-v", "0", "-c", ROUTE.format(app=APP_NAME, gateway=gateway.address))
        yield installation


@contextmanager
def database() -> Iterator[dict[str, str]]:
    """Provide the variables for an empty database, which is dropped at the end; none for SQLite."""
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        yield {}
        return
    name = f"test_callboard_clients_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {"DATABASE_URL": f"{address.rpartition('/')[0]}/{name}"}
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def people(server: Installation) -> dict[str, Person]:
    """Ana and Bob, who are members of #general, with names of this module."""
    return {name: person_create(server, name) for name in ("ana", "bob")}


@pytest.fixture
def start_program(server: Installation) -> Iterator[Callable[..., Program]]:
    """Starts programs written with the packages from npm. They are stopped at the end of the test."""
    packages_check()
    started: list[Program] = []

    def start(name: str, *arguments: str) -> Program:
        started.append(Program(name, server.url, *arguments))
        return started[-1]

    yield start
    for program in started:
        program.stop()
