"""deploy/configure: the configuration of an installation, with new secrets."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.deploy.files import BASE_DIR, COMPOSE_VARIABLES, DEPLOY, documented_variables, variables_of
from tests.workspace.config.test_start import check

pytestmark = pytest.mark.processes

HOST = "callboard.example.org"


def configure(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DEPLOY / "configure", *words], capture_output=True, text=True, check=False)


def values_in(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_callboard_starts_in_production_with_what_is_written(tmp_path: Path) -> None:
    files = {target: tmp_path / target for target in ("compose", "systemd", "kubernetes")}
    for target, file in files.items():
        assert configure(HOST, "--for", target, "--file", str(file)).returncode == 0
        assert variables_of(file.read_text()) <= documented_variables() | COMPOSE_VARIABLES
        assert file.stat().st_mode & 0o077 == 0
        values = values_in(file)
        assert (values["SITE_URL"], values["ROLES"]) == (f"https://{HOST}", "workspace")
    result = check(tmp_path, **values_in(files["systemd"]))
    assert result.returncode == 0, result.stderr


def test_secrets_are_new_each_time(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for file in (first, second):
        assert configure(HOST, "--cloud", "--file", str(file)).returncode == 0
    one, other = values_in(first), values_in(second)
    assert {name for name in one if one[name] != other[name]} == {
        *("SECRET_KEY", "ENCRYPTION_KEY", "POSTGRES_PASSWORD", "DATABASE_URL")
    }
    assert one["POSTGRES_PASSWORD"] in one["DATABASE_URL"]
    assert (one["ROLES"], one["COMPOSE_PROFILES"]) == ("cloud", "cloud")


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "callboard.env"
    file.write_text("precious")
    result = configure(HOST, "--file", str(file))
    assert result.returncode != 0
    assert "It is not overwritten" in result.stderr
    assert file.read_text() == "precious"


@pytest.mark.parametrize("words", [[], ["https://callboard.example"], [HOST, "--for", "windows"], [HOST, "other"]])
def test_wrong_words_are_refused(tmp_path: Path, words: list[str]) -> None:
    result = configure(*words, *(["--file", str(tmp_path / "file")] if words else []))
    assert result.returncode == 2
    assert "Usage:" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_written_file_is_in_no_commit_and_no_image() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "deploy/.env", "deploy/kubernetes/callboard.env"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ignored.stdout.split() == ["deploy/.env", "deploy/kubernetes/callboard.env"]
    assert {"**/.env", "**/*.env"} <= set((BASE_DIR / ".dockerignore").read_text().split())
