"""Workers under load while processes are killed, servers restarted, and the database locked.

The short form is part of the suite. The long one, with 200 kills and a report: `make faults`.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from tests.fakes.gateway import FakeGateway
from tests.fakes.servers import OwnPostgres, OwnRedis, postgres_binaries
from tests.push.conftest import gateway_connect
from tests.push.worker.conftest import WorkerProcess
from tests.push.worker.storm import Storm
from tests.waiting import fault_last

pytestmark = pytest.mark.processes

KILLS = int(os.environ.get("FAULT_KILLS", "4"))
IS_LONG = KILLS >= 200
LOCKED_SECONDS = 10.0 if IS_LONG else 6.0
SEED = int(os.environ.get("FAULT_SEED", "5"))

StartWorker = Callable[..., WorkerProcess]
# As short as a claim can be that a living worker extends in time beside whatever else the machine has to do.
FAST = {"CLAIM_LEASE": "5", "RETRY_BASE": "1"}


def report(storm: Storm, what: str, *, is_ordered: bool = True) -> None:
    """Check the conditions and print the result."""
    found = storm.check(is_ordered=is_ordered)
    print(f"\n{what} on {connection.vendor}: " + ", ".join(f"{found[name]} {name}" for name in found))  # noqa: T201


def kills(storm: Storm, start: Callable[[], WorkerProcess]) -> None:
    """Repeatedly kill one of two workers: the whole worker, one of its processes, or both workers at once."""
    random, workers = Random(SEED), [start(), start()]
    for _kill in range(KILLS):
        storm.post(2)
        fault_last(random.uniform(0, 1.2))
        place = random.randrange(len(workers))
        victim, children = workers[place], sorted(workers[place].children())
        target = random.choice(("worker", "child", "both"))
        storm.kills += 1
        if target != "worker" and children:
            os.kill(random.choice(children), signal.SIGKILL)
        if target != "child":
            victim.kill()
            workers[place] = start()
    storm.post(1)
    report(storm, "Killed processes")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_duplicated_while_processes_are_killed(
    start_worker: StartWorker, gateway: FakeGateway
) -> None:
    kills(Storm(gateway), partial(start_worker, **FAST))


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_delays_everything_and_loses_nothing(start_worker: StartWorker, gateway: FakeGateway) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no lock on the whole database.")
    storm = Storm(gateway)
    start_worker(**FAST)
    storm.post(5)
    gateway.wait(lambda fake: len(fake.accepted) > 3)
    locker = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=20)
    locker.execute("BEGIN IMMEDIATE")
    with storm.outage():
        fault_last(LOCKED_SECONDS)
        locker.execute("COMMIT")
    locker.close()
    storm.post(5)
    report(storm, "Locked database")


@pytest.fixture
def own_postgres(transactional_db: None, django_db_blocker: DjangoDbBlocker) -> Iterator[OwnPostgres]:
    """A server for this test, replacing the test run's database."""
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("No PostgreSQL server is installed here that the test could start.")
    server = OwnPostgres(binaries)
    former = connections["default"]
    own = {**former.settings_dict, "ENGINE": "django.db.backends.postgresql", "OPTIONS": {}, "CONN_MAX_AGE": 0}
    own |= {"NAME": "faults", "USER": "postgres", "PASSWORD": "", "HOST": "127.0.0.1", "PORT": str(server.port)}
    connections.databases["default"], before = own, connections.databases["default"]
    del connections["default"]
    try:
        call_command("migrate", verbosity=0)
        yield server
    finally:
        connections["default"].close()
        connections.databases["default"] = before
        connections["default"] = former
        server.close()


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    """A server for this test."""
    if shutil.which("redis-server") is None:
        pytest.skip("No Redis server is installed here that the test could start.")
    server = OwnRedis()
    yield server
    server.close()


def test_restarted_servers_lose_and_duplicate_nothing(
    own_postgres: OwnPostgres, own_redis: OwnRedis, start_worker: StartWorker, fake_gateway: FakeGateway
) -> None:
    """PostgreSQL crashes and Redis loses its data; both are restarted, but not the worker."""
    gateway_connect(fake_gateway.address)
    storm = Storm(fake_gateway)
    worker = start_worker(**FAST, REDIS_URL=own_redis.url)
    for server in [own_postgres, own_redis] * (5 if IS_LONG else 1):
        storm.post(4)
        fake_gateway.wait(lambda fake: len(fake.accepted) > 12 * (storm.messages - 4))
        connection.close()
        with storm.outage():
            server.stop()
            fault_last(1)
            server.start()
    storm.post(2)
    report(storm, "Restarted servers")
    assert worker.processes()


def test_an_emptied_redis_loses_nothing(
    own_postgres: OwnPostgres, own_redis: OwnRedis, start_worker: StartWorker, fake_gateway: FakeGateway
) -> None:
    gateway_connect(fake_gateway.address)
    storm = Storm(fake_gateway)
    start_worker(**FAST, REDIS_URL=own_redis.url)
    for _time in range(10):
        storm.post(1)
        with storm.outage():
            own_redis.empty()
        fault_last(0.2)
    report(storm, "Emptied Redis")


@pytest.mark.skipif(
    not IS_LONG,
    reason="The same kills as in the first test, which `make test-services` runs on PostgreSQL and Redis already; for"
    " `make faults`, which runs that one on SQLite.",
)
def test_nothing_is_lost_or_duplicated_by_kills_on_postgresql_and_redis(
    own_postgres: OwnPostgres, own_redis: OwnRedis, start_worker: StartWorker, fake_gateway: FakeGateway
) -> None:
    gateway_connect(fake_gateway.address)
    kills(Storm(fake_gateway), partial(start_worker, **FAST, REDIS_URL=own_redis.url))
