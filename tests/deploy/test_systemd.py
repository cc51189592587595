"""deploy/systemd: the units of an installation without containers."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY, PYTHON_VARIABLES, documented_variables, is_command

FOLDER = DEPLOY / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
PROGRAM = "/opt/callboard/bin/callboard"
# The level at which systemd calls a service exposed is 90.
EXPOSURE = 20
HARDENING = {
    "NoNewPrivileges": ["yes"],
    "ProtectSystem": ["strict"],
    "ProtectHome": ["yes"],
    "PrivateTmp": ["yes"],
    "ReadWritePaths": ["/var/lib/callboard"],
    "StateDirectory": ["callboard"],
    "User": ["callboard"],
}
analyze = shutil.which("systemd-analyze")


def options_of(unit: Path) -> dict[str, list[str]]:
    """Return the options of all sections of a unit, each with its values."""
    options: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            name, value = line.split("=", 1)
            options.setdefault(name, []).append(value)
    return options


def test_the_services_are_restricted_and_run_commands_that_exist() -> None:
    assert [unit.stem for unit in SERVICES] == ["callboard-setup", "callboard-web", "callboard-worker"]
    for unit in SERVICES:
        options = options_of(unit)
        (command,) = options["ExecStart"]
        assert is_command(shlex.split(command)), unit.name
        assert {name: options.get(name) for name in HARDENING} == HARDENING, unit.name
        variables = {word.split("=")[0] for value in options["Environment"] for word in value.split()}
        assert variables <= documented_variables() | PYTHON_VARIABLES, unit.name
        # Web server and worker do not send READY=1.
        assert options["Type"] in (["oneshot"], ["exec"]), unit.name


def test_the_target_starts_both_services_after_the_preparation() -> None:
    assert options_of(FOLDER / "callboard.target")["Wants"] == ["callboard-web.service callboard-worker.service"]
    for unit in SERVICES[1:]:
        options = options_of(unit)
        assert options["Requires"] == options["After"] == ["callboard-setup.service"]
        assert options["Restart"] == ["always"]


@pytest.mark.processes
@pytest.mark.skipif(analyze is None, reason="systemd-analyze is not installed (Debian: systemd)")
def test_systemd_accepts_the_units_and_their_exposure_is_low(tmp_path: Path) -> None:
    for unit in [*SERVICES, FOLDER / "callboard.target"]:
        # systemd checks that the program exists.
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, sys.executable))
    units = [str(tmp_path / unit.name) for unit in SERVICES]
    for words in (
        ["verify", *units, str(tmp_path / "callboard.target")],
        ["security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE}", *units],
    ):
        result = subprocess.run([str(analyze), *words], capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        assert "callboard" not in result.stderr
