"""Reads the passphrase of a backup. It is never an argument, because all users of a machine can read arguments."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from pathlib import Path

from workspace.backup.problems import BackupError
from workspace.backup.sealing import MIN_LENGTH

VARIABLE = "BACKUP_PASSPHRASE"


def passphrase_read(file: Path | None, *, is_new: bool) -> str:
    """Return the passphrase: from the file, from BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE, or from the terminal.

    A new one must have at least 12 characters, and is asked for twice. Raises BackupError.
    """
    passphrase = given_passphrase(file)
    if passphrase is None:
        passphrase = prompted_passphrase(is_new=is_new)
    if is_new and len(passphrase) < MIN_LENGTH:
        raise BackupError(f"The passphrase must have at least {MIN_LENGTH} characters.")
    return passphrase


def given_passphrase(file: Path | None) -> str | None:
    """Return the passphrase from the file or the environment, None if neither is given."""
    path = file or (Path(name) if (name := os.environ.get(f"{VARIABLE}_FILE")) else None)
    if path is None:
        return os.environ.get(VARIABLE) or None
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"The file with the passphrase cannot be read: {error}.") from error


def prompted_passphrase(*, is_new: bool) -> str:
    """Return the passphrase that the operator types."""
    if not sys.stdin.isatty():
        raise BackupError(f"Set {VARIABLE}, {VARIABLE}_FILE or --passphrase-file: there is no terminal to ask.")
    passphrase = getpass("Passphrase of the backup: ")
    if is_new and getpass("Once more: ") != passphrase:
        raise BackupError("The passphrases differ.")
    return passphrase
