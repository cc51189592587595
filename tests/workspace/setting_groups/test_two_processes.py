"""A saved setting takes effect in every process within two seconds."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.push.worker.conftest import database_url
from workspace.models import ChangeSource
from workspace.services.settings import Origin, settings_save

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

BASE_DIR = Path(__file__).resolve().parents[3]
IN_FORCE_WITHIN = 2.0

# Prints the effective values whenever they have changed.
READER = """
import sys
import threading
import django
django.setup()
from preferences.models import AccountsSettings
from push.models import PushSettings
shown, pause = None, threading.Event()
while True:
    found = f"{AccountsSettings.current().push} {PushSettings.current().apn_passphrase}"
    if found != shown:
        print(found, flush=True)
        shown = found
    pause.wait(0.02)
"""


class Reader:
    """A process that reads settings continuously, with the settings module of web or worker."""

    def __init__(self, settings_module: str) -> None:
        environment = {
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(settings.DATA_DIR),
            "DJANGO_SETTINGS_MODULE": settings_module,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-c", READER],
            cwd=BASE_DIR,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line.strip())
                self._changed.notify_all()

    def sees(self, values: str, *, within: float) -> bool:
        """Wait until the process reads these values."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._lines) and self._lines[-1] == values, within)

    def end(self) -> None:
        self._process.kill()
        self._process.wait(60)
        self._thread.join()
        assert self._process.stdout
        self._process.stdout.close()


@pytest.fixture
def readers() -> Iterator[list[Reader]]:
    started = [Reader("workspace.config.web"), Reader("workspace.config.settings")]
    yield started
    for reader in started:
        reader.end()


def test_a_saved_setting_takes_effect_in_web_and_worker_within_two_seconds(readers: list[Reader]) -> None:
    assert all(reader.sees("all", within=60) for reader in readers)
    origin = Origin(source=ChangeSource.COMMAND)
    for level in ("mentions", "nothing"):
        values = {
            "Accounts_Default_User_Preferences_pushNotifications": level,
            "Push_apn_passphrase": f"secret-of-{level}",
        }
        settings_save(values=values, origin=origin)
        assert all(reader.sees(f"{level} secret-of-{level}", within=IN_FORCE_WITHIN) for reader in readers)
