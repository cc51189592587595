"""Restores a backup. Everything that can be checked is checked before the installation is touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from workspace.backup.archive import KEYS, archive_open, member_read, parts_extract
from workspace.backup.database import KINDS, compatibility_check, contents_count
from workspace.backup.files import files_restore
from workspace.backup.keys import Keys, keys_install
from workspace.backup.manifest import MAX_BYTES, Manifest
from workspace.backup.problems import BackupError, Progress, no_progress
from workspace.security.rotation import RotationResult, keys_rotate
from workspace.signals import installation_restored


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    """A backup whose parts are intact and unpacked in `folder`, and whose keys are decrypted."""

    manifest: Manifest
    folder: Path
    keys: Keys = field(repr=False)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: the number of files, the keys of the environment that differ from the backup's, the secrets
    that were encrypted again, and sentences about what was done with waiting work.
    """

    files: int
    differing_keys: list[str]
    rotation: RotationResult
    notes: list[str]


@contextmanager
def backup_check(*, source: Path, passphrase: str, progress: Progress = no_progress) -> Iterator[CheckedBackup]:
    """Check a backup and return it, unpacked until the block ends; the installation is not touched.

    Raises BackupError for a damaged archive, a newer format, a wrong passphrase or an unknown kind of database.
    """
    with archive_open(source) as (tar, content):
        manifest = Manifest.read(content)
        keys = Keys.open(member_read(tar, KEYS, limit=MAX_BYTES), passphrase=passphrase, context=content)
        if manifest.database not in KINDS:
            raise BackupError(f"The backup's database is of an unknown kind: {manifest.database}.")
        with tempfile.TemporaryDirectory(dir=staging_parent(), prefix=".restore-") as folder:
            parts_extract(tar, manifest, folder=Path(folder), progress=progress)
            if not (Path(folder) / KINDS[manifest.database].PART).is_file():
                raise BackupError("The backup is damaged: it has no database.")
            if manifest.database == "sqlite" or connection.vendor == "postgresql":
                KINDS[manifest.database].database_check(Path(folder), progress)
            yield CheckedBackup(manifest, Path(folder), keys)


def staging_parent() -> str | None:
    """Return the folder to unpack a backup in: DATA_DIR if it exists, otherwise the system's folder."""
    return str(settings.DATA_DIR) if Path(settings.DATA_DIR).is_dir() else None


def present_contents() -> dict[str, int]:
    """Return what would be replaced: the numbers of accounts, rooms and messages, without those that are zero."""
    return {name: count for name, count in contents_count().items() if count}


def backup_restore(*, checked: CheckedBackup, keeps_queue: bool, progress: Progress = no_progress) -> Restored:
    """Replace the installation's content by the backup's, and migrate it to this version.

    The web and worker processes must be stopped. Without `keeps_queue`, notifications that were waiting when the backup
    was made are not sent, because they have probably been sent since then.
    """
    compatibility_check(checked.manifest)
    KINDS[checked.manifest.database].database_restore(checked.folder, progress)
    files = files_restore(checked.folder)
    differing = keys_install(checked.keys)
    progress("Migrating the database to this version", None)
    call_command("migrate", interactive=False, verbosity=0)
    progress("Encrypting secrets with this installation's keys", None)
    rotation = keys_rotate()
    progress("Finishing", None)
    answers = installation_restored.send(
        AppConfig, backed_up_at=datetime.fromisoformat(checked.manifest.created_at), keeps_queue=keeps_queue
    )
    return Restored(files, differing, rotation, [note for _receiver, note in answers if note])
