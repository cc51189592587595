"""Memory of the worker and the web server, as `make run` starts them.

    [DATABASE_URL=postgres://...] [WORKERS=4] .venv/bin/python bench/memory.py

Prints the proportional set size (PSS) of each process in MB: once it is idle, at the end of a load, and, for the
worker, when it has been idle for a minute again. Memory that processes share counts once in the sum. The worker decides
messages and sends 8,000 pushes and some e-mails; the web server answers pages and API requests of 40 signed-in people.

Target: at most 200 MB for the worker with four task processes, and at most 130 MB for the web server.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.scaffold import BASE_DIR, database, database_url, gateway, items_queue, room_fill, worker_start
from bench.streams import sign_in_all

# isort: split
from django.conf import settings
from django.utils import timezone

from push.models import Decision, Notification
from push.worker.task_process import IDLE_SECONDS
from workspace.models import Room
from workspace.services.messages import message_post

MEMBERS = 2_000
ITEMS_EACH = 4
PAGES = ("/rooms/", "/account/preferences/", "/account/devices/", "/api/v1/subscriptions.get", "/api/v1/me")
VISITORS = 40


def main() -> None:
    with database():
        room = room_fill(MEMBERS)
        with gateway():
            worker_memory(room)
        web_memory(sign_in_all()[:VISITORS])


def worker_memory(room: Room) -> None:
    """Print the memory of a worker before and after it has sent something."""
    worker = worker_start()
    try:
        time.sleep(2)
        report("worker, idle", worker.pid)
        items_queue(room, messages=ITEMS_EACH, due_at=lambda _number: timezone.now())
        for number in range(20):
            message_post(sender=room.creator, room=room, text=f"@member{number} Hello")
        while Decision.objects.filter(decided_at=None).exists() or unsent().exists():
            time.sleep(0.2)
        report(f"worker, after {Notification.objects.count():,} notifications", worker.pid)
        time.sleep(IDLE_SECONDS + 10)
        report("worker, a minute later", worker.pid)
    finally:
        worker.terminate()
        worker.wait()


def unsent() -> object:
    """Return the notifications that are due and not finished."""
    return Notification.objects.filter(finished_at=None, due_at__lte=timezone.now())


def web_memory(sessions: list[str]) -> None:
    """Print the memory of a web server before and after it has answered pages."""
    with web_server() as (pid, port):
        report("web server, idle", pid)
        for session in sessions:
            for path in PAGES:
                page_load(port, path, session)
        report(f"web server, after {len(sessions) * len(PAGES)} requests", pid)


@contextmanager
def web_server() -> Iterator[tuple[int, int]]:
    """Start the web server on a free port; returns its process id and the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "workspace.config.web"}
    command = ["-m", "uvicorn", "workspace.config.asgi:application", "--log-level", "warning", "--port", str(port)]
    command += ["--http", "workspace.server.protocol:BoundedProtocol"]
    process = subprocess.Popen([sys.executable, *command], cwd=BASE_DIR, env=environment)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait()


def page_load(port: int, path: str, session: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"})
    connection.getresponse().read()
    connection.close()


def report(title: str, pid: int) -> None:
    """Print the PSS of a process and of its descendants, in MB."""
    sizes = [pss(process) for process in (pid, *descendants(pid))]
    each = " + ".join(f"{size:.0f}" for size in sizes)
    print(f"{title}: {sum(sizes):.0f} MB ({each})", flush=True)


def descendants(pid: int) -> list[int]:
    """Return the ids of the processes that this one, or one of those, has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [process for child in map(int, children) for process in (child, *descendants(child))]


def pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
