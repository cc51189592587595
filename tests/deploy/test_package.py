"""The wheel and the image: installed as in the Dockerfile, and started outside the checkout."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.deploy.dockerfile import Image, Step, command_of, context_files, setting, stages
from tests.deploy.files import documented_variables, is_command
from tests.fakes.servers import port_free
from tests.fakes.tables import tables_create
from tests.waiting import wait_until

SITE_PACKAGES = ("workspace", "preferences", "cloud", "push", "templates")
# Other tests may keep the machine busy.
SECONDS = 240


def test_the_last_stage_installs_nothing_and_runs_without_privileges() -> None:
    build, last = stages()
    images = [step.text.split()[0] for step in (build[0], last[0])]
    assert images[0] == images[1]
    assert images[0].startswith("python:3.")
    # To run: programs for backups. To build: nothing.
    commands = [step.text for step in last if step.name == "RUN"]
    assert re.findall(r"\b(?:pip|gcc|make|build-essential|-dev)\b", " ".join(commands)) == []
    assert re.findall(r"install -y --no-install-recommends (.*?) &&", " ".join(commands)) == ["postgresql-client"]
    assert Step("COPY", "--from=build /opt/callboard /opt/callboard") in last
    assert int(setting("USER")) > 0
    assert is_command(command_of(setting("CMD")))
    assert is_command(command_of(setting("HEALTHCHECK")))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    built = Image(tmp_path_factory.mktemp("image"))
    built.build()
    return built


@pytest.fixture(scope="module")
def home(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a user who has run `callboard setup`."""
    folder = tmp_path_factory.mktemp("home")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    tables_create({**environment, "DATA_DIR": str(database_of(folder).parent)})
    subprocess.run(
        [image.tree / "bin" / "callboard", "setup"], cwd=folder, env=environment, check=True, timeout=SECONDS
    )
    return folder


def database_of(home: Path) -> Path:
    return home / ".local" / "share" / "callboard" / "callboard.sqlite3"


def installed_files(image: Image) -> set[str]:
    """Return the files that the wheel has installed, relative to the folder of the packages."""
    (record,) = image.site_packages().glob("callboard-*.dist-info/RECORD")
    return {line.split(",")[0] for line in record.read_text().splitlines() if "__pycache__" not in line}


def tree_state(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the size and the time of change of each file below the folder."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


@contextmanager
def running(command: list[str], *, environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in the folder, with its output in `log` there."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.processes
def test_the_wheel_contains_the_site_in_one_folder(image: Image) -> None:
    files = installed_files(image)
    top = {name.split("/")[0] for name in files} - {".."}
    assert len(top) == 2
    assert top == {"callboard", next(name for name in top if name.endswith(".dist-info"))}
    wanted = {
        f"callboard/site/{name}"
        for name in context_files()
        if name.startswith(SITE_PACKAGES) and not name.endswith(".po")
    }
    assert wanted <= files
    assert {Path(name).suffix for name in wanted} >= {".mo", ".html", ".css", ".js", ".py"}
    assert not [name for name in files if name.startswith("callboard/site/tests")]


@pytest.mark.processes
def test_callboard_run_starts_everything_with_nothing_configured(image: Image, home: Path, tmp_path: Path) -> None:
    port = port_free()
    assert database_of(home).is_file()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PORT": str(port), "WORKERS": "1"}
    program = str(image.tree / "bin" / "callboard")
    url = f"http://127.0.0.1:{port}"
    with running([program, "run"], environment=environment, folder=tmp_path) as process:
        wait_until(lambda: is_open(port) or process.poll() is not None, seconds=SECONDS)
        page = requests.get(f"{url}/sign-in/", headers={"Accept-Language": "de"}, timeout=30)
        assert (page.status_code, page.headers["Content-Language"]) == (200, "de")
        assert "Anmelden" in page.text
        static = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        assert {requests.get(url + path, timeout=30).status_code for path in static} == {200}
        wait_until(lambda: "worker.started" in (tmp_path / "log").read_text())
        taken = subprocess.run(
            [program, "run"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert taken.returncode != 0
        assert f"Port {port} is already in use." in taken.stderr
        assert " callboard run" in taken.stderr
        # Ctrl-C
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(SECONDS) == 0
    assert not is_open(port)


@pytest.mark.processes
def test_the_image_serves_with_a_read_only_program(image: Image, home: Path, tmp_path: Path) -> None:
    port = port_free()
    environment = {
        **image.environment,
        "HOME": "/nonexistent",
        "TMPDIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{database_of(home)}",
        "BIND_HOST": "127.0.0.1",
        "PORT": str(port),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "callboard.example",
        "SITE_URL": "https://callboard.example",
    }
    assert image.environment.keys() - {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"} <= documented_variables()
    asked = {"headers": {"Host": "callboard.example", "X-Forwarded-Proto": "https"}, "timeout": 30}
    health = command_of(setting("HEALTHCHECK"))
    subprocess.run(["chmod", "-R", "a-w", str(image.tree)], check=True)
    before = tree_state(image.tree)
    try:
        subprocess.run(["callboard", "setup"], cwd=tmp_path, env=environment, check=True, timeout=SECONDS)
        with running(command_of(setting("CMD")), environment=environment, folder=tmp_path):
            wait_until(lambda: is_open(port), seconds=SECONDS)
            url = f"http://127.0.0.1:{port}"
            assert requests.get(f"{url}/sign-in/", **asked).status_code == 200  # type: ignore[arg-type]
            assert subprocess.run(health, env=environment, check=False, timeout=SECONDS).returncode == 0
            # It has no worker.
            ready = subprocess.run([*health, "--ready"], env=environment, capture_output=True, text=True, check=False)
            assert (ready.returncode, ready.stderr) == (1, "/health/ready responds with 503.\n")
        assert (
            subprocess.run(health, env=environment, capture_output=True, check=False, timeout=SECONDS).returncode == 1
        )
        assert tree_state(image.tree) == before
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(image.tree)], check=True)


@pytest.mark.processes
def test_the_command_lists_what_it_can_do(image: Image) -> None:
    shown = subprocess.run(
        [image.tree / "bin" / "callboard"], capture_output=True, text=True, check=True, timeout=SECONDS, cwd="/"
    ).stdout
    assert "callboard run " in shown
    assert "runworker" in shown
    assert sys.executable not in shown
