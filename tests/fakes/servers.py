"""PostgreSQL and Redis servers for a single test, on free ports, which it can restart and empty."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import redis

from tests.waiting import wait_until

DEADLINE = 30.0
# If the tests run as root, PostgreSQL runs as one of these users, because it refuses to run as root.
UNPRIVILEGED = ("postgres", "nobody")


def port_free() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgres_binaries() -> Path | None:
    """Return the folder of the newest installed PostgreSQL server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


class OwnPostgres:
    """A PostgreSQL server with an empty database `faults`."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.port = port_free()
        self._as: dict[str, Any] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="callboard-postgres-"))
        if os.geteuid() == 0:
            account = next(name for name in UNPRIVILEGED if name in {entry.pw_name for entry in pwd.getpwall()})
            self._as = {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}
            shutil.chown(self._folder, account)
        self._run("initdb", "-A", "trust", "-U", "postgres", "-N", "-D", str(self._folder / "data"))
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "faults")

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._control("start", "-o", options, "-l", str(self._folder / "log"))

    def stop(self) -> None:
        """Stop the server at once, as in a crash."""
        self._control("stop", "-m", "immediate")

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-w", "-D", str(self._folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        subprocess.run(
            command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as
        )


class OwnRedis:
    """A Redis server without persistence."""

    def __init__(self) -> None:
        self.port = port_free()
        self._folder = Path(tempfile.mkdtemp(prefix="callboard-redis-"))
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self._process = subprocess.Popen(
            command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._answers, seconds=DEADLINE, failure="Redis does not start.")

    def empty(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        """Kill the server. All data is lost."""
        self._process.kill()
        self._process.wait(60)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False
