"""A complete installation in separate processes, with its own database and address, as started by `make run`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from tests.fakes.servers import port_free
from tests.fakes.tables import tables_create
from tests.waiting import wait_until

BASE_DIR = Path(__file__).resolve().parents[2]
PASSWORD = "callboard-demo"
KEPT = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "TMPDIR")


class Installation:
    """Use as a context manager; `roles` are its ROLES. A cloud alone needs no worker."""

    def __init__(self, roles: str, *, site_path: str = "", **environment: str) -> None:
        self.roles = roles
        self.site_path = site_path
        self._directory = Path(tempfile.mkdtemp(prefix="callboard-installation-"))
        self.environment = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "ROLES": roles,
            "DATA_DIR": str(self._directory),
            "DJANGO_SETTINGS_MODULE": "workspace.config.settings",
            "API_RATE_LIMITING": "false",
            "WORKERS": "1",
            **environment,
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        self._port_choose()

    def _port_choose(self) -> None:
        self._port = str(port_free())
        self.url = f"http://127.0.0.1:{self._port}"
        self.environment |= {"PORT": self._port, "SITE_URL": self.url + self.site_path}

    def __enter__(self) -> Self:
        self._start()
        return self

    def move(self) -> None:
        """Stop, and start at another port with the same database."""
        self._stop()
        self._port_choose()
        self._start()

    def _start(self) -> None:
        self._prepare()
        self._web_start()
        if "workspace" in self.roles:
            self._worker = self.start("manage.py", "runworker")
        wait_until(self.answers, seconds=60)

    def _prepare(self) -> None:
        """Create the database, unless there is one, and fill it."""
        if "DATABASE_URL" not in self.environment and not (self._directory / "callboard.sqlite3").exists():
            tables_create(self.environment)
        self.manage("setup")

    def _web_start(self) -> None:
        web = {"DJANGO_SETTINGS_MODULE": "workspace.config.web"}
        protocol = ("--http", "workspace.server.protocol:BoundedProtocol")
        self._web = self.start(
            "-m", "uvicorn", "workspace.config.asgi:application", "--port", self._port, *protocol, **web
        )

    def web_restart(self) -> None:
        """Stop the web server as a process manager does, and start it again at the same port."""
        self._web.terminate()
        assert self._web.wait(60) is not None
        self._processes.remove(self._web)
        self._web_start()
        wait_until(self.answers, seconds=60)

    def worker_stop(self) -> None:
        """Stop the worker as a process manager does."""
        self._worker.terminate()
        assert self._worker.wait(60) is not None
        self._processes.remove(self._worker)

    def process_kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process that was started here."""
        process.kill()
        process.wait(60)
        self._processes.remove(process)

    def _stop(self) -> None:
        for process in self._processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
        self._processes.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a process that runs until the end. Its output is stored in the folder."""
        with (self._directory / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=BASE_DIR,
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def manage(self, *arguments: str) -> str:
        """Run a management command and return its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @property
    def log(self) -> str:
        return (self._directory / "log").read_text()

    def answers(self) -> bool:
        """Return True if the web server responds."""
        try:
            return self.get(f"{self.site_path}/sign-in/").status_code == 200
        except requests.ConnectionError:
            return False

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(self.url + path, timeout=30, allow_redirects=False, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return requests.post(self.url + path, timeout=30, **options)

    def sign_in(self, username: str) -> dict[str, str]:
        """Return the headers of a new API sign-in."""
        data = self.post(f"{self.site_path}/api/v1/login", json={"user": username, "password": PASSWORD}).json()["data"]
        return {"X-Auth-Token": data["authToken"], "X-User-Id": data["userId"]}

    def browser(self, username: str) -> requests.Session:
        """Return a browser with a signed-in user."""
        session = requests.Session()
        page = f"{self.url}{self.site_path}/sign-in/"
        form = session.get(page, timeout=30).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "username": username, "password": PASSWORD}
        assert session.post(page, data=fields, timeout=30).url != page
        return session
