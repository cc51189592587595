"""Where the passphrase of a backup comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from workspace.backup.passphrases import passphrase_read
from workspace.backup.problems import BackupError


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKUP_PASSPHRASE", "BACKUP_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_a_file_takes_precedence_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_PASSPHRASE", "from the environment")
    assert passphrase_read(None, is_new=True) == "from the environment"
    (file := tmp_path / "passphrase").write_text("from the file\n")
    assert passphrase_read(file, is_new=True) == "from the file"


def test_the_environment_may_name_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file := tmp_path / "passphrase").write_text("from the file\n")
    monkeypatch.setenv("BACKUP_PASSPHRASE_FILE", str(file))
    assert passphrase_read(None, is_new=False) == "from the file"


def test_a_new_passphrase_is_not_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_PASSPHRASE", "short")
    with pytest.raises(BackupError, match="at least 12 characters"):
        passphrase_read(None, is_new=True)
    assert passphrase_read(None, is_new=False) == "short"


def test_without_a_terminal_it_must_be_given() -> None:
    with pytest.raises(BackupError, match="no terminal"):
        passphrase_read(None, is_new=False)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be read"):
        passphrase_read(tmp_path / "nothing", is_new=False)
