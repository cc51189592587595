"""Writes a backup of the whole installation into one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workspace.backup.creating import backup_create
from workspace.backup.passphrases import passphrase_read
from workspace.backup.problems import BackupError
from workspace.backup.restoring import backup_check
from workspace.management.progress import ProgressLine


class Command(BaseCommand):
    """`manage.py backup FILE [--passphrase-file FILE] [--verify]`; see docs/operate/backup.md."""

    help = "Writes the database, the files of DATA_DIR and the encrypted keys into one file. The site stays in use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The file to write, such as callboard.tar. It must not exist.")
        parser.add_argument("--passphrase-file", type=Path, help="A file with the passphrase that encrypts the keys.")
        parser.add_argument("--verify", action="store_true", help="Read the finished backup and check all of it.")

    def handle(self, *args: Any, file: Path, passphrase_file: Path | None, verify: bool, **options: Any) -> str:
        progress = ProgressLine(self.stderr)
        try:
            passphrase = passphrase_read(passphrase_file, is_new=True)
            manifest = backup_create(target=file.absolute(), passphrase=passphrase, progress=progress)
            if verify:
                with backup_check(source=file, passphrase=passphrase, progress=progress):
                    pass
        except BackupError as error:
            raise CommandError(str(error)) from error
        finally:
            progress.end()
        size = file.stat().st_size
        numbers = ", ".join(f"{count:,} {name}" for name, count in manifest.counts.items())
        return f"{file} contains {numbers} ({size:,} bytes).{' It was read back and is intact.' if verify else ''}"
