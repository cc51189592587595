"""An installation is backed up while it runs, and restored into an empty one, which then works."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.fakes.installation import BASE_DIR, Installation
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.database]

PASSPHRASE = "a passphrase for tests"
AT_ONCE = {"NOTIFY_DELAY_ONLINE": "0", "NOTIFY_DELAY_AWAY": "0"}
PHONE = {"type": "apn", "value": "a1" * 32, "appName": "callboard.phone"}
PUSHES = """
from push.models import Notification
rows = Notification.objects.filter(channel="push", user__username="bob").order_by("pk")
print(*[f"{row.message.text}: {row.state} {row.reason}".strip() for row in rows.select_related("message")], sep="|")
"""


def databases() -> list[str]:
    """Return the names of this test's databases on PostgreSQL."""
    return [f"callboard_backup_{os.getpid()}_{number}" for number in range(2)]


@pytest.fixture(scope="module")
def environments() -> Iterator[list[dict[str, str]]]:
    """Return what the environments of the original and of the new installation contain, for this run's database."""
    common = {**AT_ONCE, "BACKUP_PASSPHRASE": PASSPHRASE}
    if connection.vendor == "sqlite":
        yield [common, common]
        return
    server = os.environ["DATABASE_URL"]
    drops = [sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)) for name in databases()]
    with psycopg.connect(server, autocommit=True) as cursor:
        for name, drop in zip(databases(), drops, strict=True):
            cursor.execute(drop)
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield [{**common, "DATABASE_URL": f"{server.rsplit('/', 1)[0]}/{name}"} for name in databases()]
        for drop in drops:
            cursor.execute(drop)


def pushes(installation: Installation) -> list[str]:
    """Return the pushes to bob, with their states."""
    return installation.manage("shell", "-v", "0", "-c", PUSHES).split("|")


def say(installation: Installation, headers: dict[str, str], text: str) -> None:
    answer = installation.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": text}, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def archive(environments: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of an installation with a delivered push, and one that waited."""
    target = tmp_path_factory.mktemp("backup") / "backup.tar"
    with Installation("workspace,cloud", **environments[0]) as original:
        ana, bob = original.sign_in("ana"), original.sign_in("bob")
        assert original.post("/api/v1/push.token", json=PHONE, headers=bob).status_code == 200
        say(original, ana, "@bob before")
        wait_until(lambda: "@bob before: sent" in pushes(original), seconds=90)
        original.worker_stop()
        say(original, ana, "@bob waiting")
        output = original.manage("backup", str(target), "--verify")
        assert "3 accounts" in output
        assert "intact" in output
    return target


@pytest.fixture
def empty(environments: list[dict[str, str]]) -> Iterator[Installation]:
    """Return an installation that was never started."""
    installation = Installation("workspace,cloud", **environments[1])
    yield installation
    installation.__exit__(None, None, None)


def test_an_empty_installation_continues_where_the_original_was(archive: Path, empty: Installation) -> None:
    output = empty.manage("restore", str(archive))
    assert "waiting notifications were dropped (reason: restored)" in output
    with empty:
        ana = empty.sign_in("ana")
        say(empty, ana, "@bob after")
        wait_until(lambda: "@bob after: sent" in pushes(empty), seconds=90)
        assert pushes(empty) == ["@bob before: sent", "@bob waiting: dropped restored", "@bob after: sent"]
        refusal = run(empty, "restore", str(archive))
        assert "not empty: it has 3 accounts" in refusal


def run(installation: Installation, *arguments: str) -> str:
    """Run a command that must fail, and return its error."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=installation.environment,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


def test_keys_of_the_environment_take_precedence(archive: Path, empty: Installation) -> None:
    """The stored secrets are encrypted with them, so that the cloud still knows the installation."""
    empty.environment |= {"SECRET_KEY": "another signing key", "ENCRYPTION_KEY": "another encryption key"}
    output = empty.manage("restore", str(archive), "--replace", "--keep-queue")
    assert "SECRET_KEY and ENCRYPTION_KEY in the environment differs" in output
    assert "Waiting notifications will be sent" in output
    check = "from cloud.models import CloudConnection; print(bool(CloudConnection.objects.get().client_secret))"
    assert empty.manage("shell", "-v", "0", "-c", check) == "True"


def test_a_damaged_backup_changes_nothing(archive: Path, empty: Installation, tmp_path: Path) -> None:
    damaged = Path(shutil.copy(archive, tmp_path / "damaged.tar"))
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    assert "damaged" in run(empty, "restore", str(damaged), "--replace")
    empty.environment["BACKUP_PASSPHRASE"] = "a wrong passphrase"
    assert "passphrase is wrong" in run(empty, "restore", str(archive), "--replace")
    if connection.vendor == "sqlite":
        database = Path(empty.environment["DATA_DIR"]) / "callboard.sqlite3"
        with closing(sqlite3.connect(database)) as content_of:
            assert content_of.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_backup_of_a_newer_version_is_refused(archive: Path, empty: Installation) -> None:
    """The manifest names a migration that this version does not have."""
    script = (
        "from pathlib import Path; from workspace.backup import restoring\n"
        "from dataclasses import replace\n"
        f"with restoring.backup_check(source=Path({str(archive)!r}), passphrase={PASSPHRASE!r}) as checked:\n"
        "    names = {**checked.manifest.migrations, 'push': ['9999_from_the_future']}\n"
        "    restoring.compatibility_check(replace(checked.manifest, migrations=names))\n"
    )
    assert "newer version" in run(empty, "shell", "-v", "0", "-c", script)
