"""Data that every installation needs is created once all migrations are applied, in any order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings


def manage(directory: Path, *arguments: str) -> str:
    """Run a command on a separate embedded database; returns its output."""
    environment = {"DATA_DIR": str(directory), "PYTHONPATH": str(settings.BASE_DIR)}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


COUNT = (
    "from django.contrib.auth.models import Group; from push.models import VapidKeys;"
    " from workspace.models import GeneralSettings;"
    " print(Group.objects.count(), GeneralSettings.objects.count(), VapidKeys.objects.count())"
)


@pytest.mark.processes
def test_apps_can_be_migrated_one_after_the_other(tmp_path: Path) -> None:
    for target in (("workspace",), ()):
        manage(tmp_path, "migrate", *target, "--verbosity", "0")
    assert manage(tmp_path, "shell", "--no-imports", "-c", COUNT).split() == ["6", "1", "1"]
