"""Start-up: errors for invalid configurations, and requirements in production."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.processes

PRODUCTION = {
    "MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "ENCRYPTION_KEY": secrets.token_hex(16),
    "ALLOWED_HOSTS": "callboard.example",
    "SITE_URL": "https://callboard.example",
}


def check(tmp_path: Path, command: str = "check", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Django's checks (or another command) in a process with only these variables set."""
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **variables}
    words = [sys.executable, str(settings.BASE_DIR / "manage.py"), command]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def test_it_starts_with_nothing_configured(tmp_path: Path) -> None:
    assert check(tmp_path).returncode == 0


def test_production_starts_with_what_it_needs(tmp_path: Path) -> None:
    assert check(tmp_path, **PRODUCTION).returncode == 0


@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEY", "ALLOWED_HOSTS"])
def test_production_reports_what_is_missing(tmp_path: Path, name: str) -> None:
    result = check(tmp_path, **{**PRODUCTION, name: ""})
    assert result.returncode != 0
    assert f"Callboard cannot start: {name}" in result.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "ENCRYPTION_KEY"])
def test_production_refuses_a_weak_key_without_quoting_it(tmp_path: Path, name: str) -> None:
    result = check(tmp_path, **{**PRODUCTION, name: "changeme"})
    assert result.returncode != 0
    assert f"Callboard cannot start: {name} must have at least 32 characters" in result.stderr
    assert "changeme" not in result.stderr


def test_an_earlier_weak_encryption_key_may_follow_a_good_one(tmp_path: Path) -> None:
    keys = {"ENCRYPTION_KEY": f"{secrets.token_urlsafe(48)},changeme", "SECRET_KEY_PREVIOUS": "changeme"}
    assert check(tmp_path, **{**PRODUCTION, **keys}).returncode == 0


def test_production_without_a_mail_server_warns_at_start(tmp_path: Path) -> None:
    assert "mail.stored_only" in check(tmp_path, **PRODUCTION).stderr
    assert "mail.stored_only" not in check(tmp_path, **PRODUCTION, EMAIL_URL="smtp://mail.example").stderr


def test_production_refuses_simulated_phones(tmp_path: Path) -> None:
    assert "SANDBOX must be off" in check(tmp_path, **PRODUCTION, SANDBOX="true").stderr


def test_an_invalid_value_stops_the_start_with_a_message_and_no_traceback(tmp_path: Path) -> None:
    result = check(tmp_path, PORT="eighty")
    assert result.returncode != 0
    assert result.stderr.strip() == "Callboard cannot start: PORT must be a whole number."


@pytest.mark.parametrize("keys", [",", "one,,two"])
def test_an_empty_key_among_others_is_refused(tmp_path: Path, keys: str) -> None:
    assert "Callboard cannot start: ENCRYPTION_KEY" in check(tmp_path, ENCRYPTION_KEY=keys).stderr


def test_a_data_folder_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = check(tmp_path, DATA_DIR=str(tmp_path / "file" / "folder"))
    assert "Callboard cannot start: DATA_DIR names a folder that cannot be made" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_that_does_not_respond_is_reported(tmp_path: Path) -> None:
    result = check(tmp_path, "setup", DATABASE_URL="postgres://callboard:hunter2@127.0.0.1:1/callboard")
    assert result.returncode != 0
    assert "CommandError: The database (DATABASE_URL) cannot be used" in result.stderr
    assert "Traceback" not in result.stderr
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize("variable", ["OVERWRITE_SETTING_Push_enable", "OVERWRITE_SETTING_No_such_setting"])
def test_an_invalid_override_is_reported_with_its_name(tmp_path: Path, variable: str) -> None:
    result = check(tmp_path, **{variable: "perhaps"})
    assert result.returncode != 0
    assert variable in result.stderr
