"""A real worker on the test's database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

BASE_DIR = Path(__file__).resolve().parents[3]
DEADLINE = 60.0


def database_url() -> str:
    """Return the URL of the test's database."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    credentials = f"{values['USER']}:{values['PASSWORD']}".rstrip(":")
    return f"postgres://{credentials}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


class WorkerProcess:
    """`manage.py runworker` in its own process group; its output is recorded."""

    def __init__(self, **environment: str) -> None:
        self.output: list[str] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "runworker"],
            cwd=BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": database_url(),
                "DATA_DIR": str(settings.DATA_DIR),
                "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
                "TEST_CLUSTER": settings.REDIS_PREFIX,
                "WORKERS": "2",
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._changed:
                self.output.append(line)
                self._changed.notify_all()

    def wait_for(self, text: str) -> None:
        """Wait until the worker has printed this text."""
        with self._changed:
            found = self._changed.wait_for(lambda: any(text in line for line in self.output), DEADLINE)
        assert found, "".join(self.output)

    def processes(self) -> set[int]:
        """Return the process ids of the worker and its running descendants."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in listed.splitlines()]
        living = {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}
        found = {self._process.pid} & living.keys()
        while more := {pid for pid, parent in living.items() if parent in found} - found:
            found |= more
        return found

    def children(self) -> set[int]:
        """Return the process ids of its running descendants."""
        return self.processes() - {self._process.pid}

    def kill(self) -> None:
        """`kill -9` the worker, but not its children."""
        self._process.kill()
        self.ended()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Request a stop like a process manager: with a signal to the whole process group."""
        os.killpg(self._process.pid, number)
        return self.ended()

    def ended(self) -> int:
        """Wait until the worker and all descendants have ended, and their output with them."""
        code = self._process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        assert not self._reader.is_alive(), "A child of the worker outlives it."
        assert self._process.stdout
        self._process.stdout.close()
        return code

    def dispose(self) -> None:
        if self._process.poll() is None:
            self.kill()


@pytest.fixture
def start_worker(transactional_db: None) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts workers; those still running at the end of the test are killed."""
    started: list[WorkerProcess] = []

    def start(**environment: str) -> WorkerProcess:
        worker = WorkerProcess(**environment)
        started.append(worker)
        worker.wait_for("worker.started")
        return worker

    yield start
    for worker in started:
        worker.dispose()
