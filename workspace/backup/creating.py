"""Makes a backup while the installation is in use."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.db import connection
from django.utils import timezone

from workspace import __version__
from workspace.backup import postgresql
from workspace.backup.archive import archive_write
from workspace.backup.database import contents_count, kind_of_database, migrations_applied
from workspace.backup.files import lasting_files
from workspace.backup.keys import Keys
from workspace.backup.manifest import Manifest
from workspace.backup.problems import BackupError, Progress, no_progress


def backup_create(*, target: Path, passphrase: str, progress: Progress = no_progress) -> Manifest:
    """Write a backup to a new file, and return its manifest. Raises BackupError if it cannot be made."""
    if target.exists():
        raise BackupError(f"{target} exists. Choose another name; backups are not overwritten.")
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} does not exist.")
    created_at = timezone.now()
    described = Manifest(
        version=__version__,
        created_at=created_at.isoformat(),
        database=connection.vendor,
        server_version=postgresql.server_version() if connection.vendor == "postgresql" else 0,
        migrations=migrations_applied(),
        counts=contents_count(),
    )
    # Next to the archive, where there must be enough space for it anyway.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
        database = kind_of_database().database_dump(Path(folder), progress)
        return archive_write(
            target,
            described,
            parts={database.name: database, **lasting_files(without=target)},
            keys=Keys.current().write(),
            passphrase=passphrase,
            progress=progress,
        )
