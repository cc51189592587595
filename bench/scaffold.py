"""Shared parts of the queue's benchmarks: their database, a room with members, a gateway, and workers.

Importing this module sets up Django, so import it first.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

BASE_DIR = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BASE_DIR))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workspace.config.settings")
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="callboard-bench-")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from cloud.models import SetupWizardSettings
from cloud.services.connection import connection_save
from push.models import Channel, Device, Notification, PushSettings
from workspace.models import Message, Room, Subscription, User


@contextmanager
def database() -> Iterator[None]:
    """Create the benchmarks' database, with the name of the test database; it is removed at the end."""
    is_file = connection.vendor == "sqlite"
    name = str(settings.DATA_DIR / "bench.sqlite3") if is_file else f"bench_callboard_{os.getpid()}"
    settings.DATABASES["default"]["TEST"]["NAME"] = name
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(databases, verbosity=0)


def database_url() -> str:
    """Return the URL of the benchmarks' database."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    credentials = f"{values['USER']}:{values['PASSWORD']}".rstrip(":")
    return f"postgres://{credentials}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def room_fill(members: int) -> Room:
    """Return a room with this many members, each with one device."""
    place = Room.objects.count()
    creator = User.objects.create(username=f"sender{place}")
    room = Room.objects.create(type="c", name=f"bench{place}", creator=creator, members_count=members + 1)
    names = [f"member{number}" if place == 0 else f"member{number}-{place}" for number in range(members)]
    users = User.objects.bulk_create([User(username=name) for name in names], batch_size=5_000)
    Subscription.objects.bulk_create([Subscription(room=room, user=user) for user in [creator, *users]], 5_000)
    Device.objects.bulk_create(
        [
            Device(user=user, type="apn", token=f"{user.pk:064x}", token_digest=user.username, app_name="bench")
            for user in users
        ],
        5_000,
    )
    return room


def items_queue(room: Room, *, messages: int, due_at: Callable[[int], datetime], text: str = "Hello") -> int:
    """Queue pushes of this many messages to every member; `due_at` is called with the item's number."""
    users, number = (
        list(room.subscriptions.exclude(user=room.creator).order_by("pk").values_list("user_id", flat=True)),
        0,
    )
    for _message in range(messages):
        message = Message.objects.create(room=room, sender=room.creator, text=text)
        rows = []
        for user in users:
            rows.append(
                Notification(
                    user_id=user, message=message, room=room, channel=Channel.PUSH, rule="bench", due_at=due_at(number)
                )
            )
            number += 1
        Notification.objects.bulk_create(rows, 5_000)
    analyze()
    return number


def items_queue_many(room: Room, *, messages: int, due_at: datetime) -> int:
    """Queue pushes of this many messages to every member, all due at the same time, without loading them here."""
    values = {"channel": Channel.PUSH, "rule": "bench", "room": room, "due_at": due_at}
    pattern = Notification(user_id=0, message_id=0, **values)
    fields = [field for field in Notification._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(field.column for field in fields)
    read = ", ".join(
        {"user_id": "user_id", "message_id": "%(message)s"}.get(field.attname, f"%({field.attname})s")
        for field in fields
    )
    constants = {field.attname: field.get_db_prep_save(getattr(pattern, field.attname), connection) for field in fields}
    table = Subscription._meta.db_table
    for _message in range(messages):
        message = Message.objects.create(room=room, sender=room.creator, text="Hello")
        with connection.cursor() as cursor:
            # Only names of tables and columns are formatted into the statement.
            cursor.execute(
                f"INSERT INTO {Notification._meta.db_table} ({columns})"
                f" SELECT {read} FROM {table}"
                " WHERE room_id = %(room)s AND user_id <> %(creator)s",
                {**constants, "message": message.pk, "room": room.pk, "creator": room.creator_id},
            )
    analyze()
    return messages * (room.members_count - 1)


def analyze() -> None:
    """Update the database's statistics after its tables have grown, as autovacuum would after a while."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


@contextmanager
def gateway(*arguments: str) -> Iterator[IO[str]]:
    """Start the swift gateway, configure it as the push gateway, and yield its output."""
    with gateway_process("swift_gateway.py", *arguments) as process:
        assert process.stdout
        yield process.stdout


@contextmanager
def gateway_process(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a program of this folder that prints its port, and configure it as the push gateway."""
    command = [sys.executable, str(BASE_DIR / "bench" / program), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    connection_save(workspace_id="bench", access_token="bench")
    wizard, push = SetupWizardSettings.stored(), PushSettings.stored()
    wizard.register_server = wizard.privacy_terms_agreed = True
    wizard.save()
    push.gateway = f"http://127.0.0.1:{process.stdout.readline().strip()}"
    push.save()
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def worker_start(**environment: str) -> subprocess.Popen[str]:
    """Start a worker in its own process group, and return it when it is ready."""
    values = {**os.environ, "DATABASE_URL": database_url(), "DATA_DIR": str(settings.DATA_DIR), **environment}
    command = [sys.executable, "manage.py", "runworker"]
    process = subprocess.Popen(
        command, cwd=BASE_DIR, env=values, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr
    while "worker.started" not in process.stderr.readline():
        if process.poll() is not None:
            raise RuntimeError("The worker did not start.")
    # Keep reading, or the worker would block when the pipe is full.
    subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
    return process


def worker_kill(process: subprocess.Popen[str]) -> None:
    """Kill a worker and all of its processes."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stderr
    process.stderr.close()


@contextmanager
def workers(count: int, **environment: str) -> Iterator[None]:
    """Start this many workers and wait until they are ready."""
    running = [worker_start(**environment) for _number in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()
            assert process.stderr
            process.stderr.close()


def percentiles(values: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]
