"""Restores a backup of the whole installation, or checks one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workspace.backup.database import compatibility_check
from workspace.backup.manifest import Manifest
from workspace.backup.passphrases import passphrase_read
from workspace.backup.problems import BackupError
from workspace.backup.restoring import CheckedBackup, Restored, backup_check, backup_restore, present_contents
from workspace.management.progress import ProgressLine


class Command(BaseCommand):
    """`manage.py restore FILE [--verify] [--replace] [--keep-queue] [--passphrase-file FILE]`."""

    help = "Restores a backup into this installation. Stop its web and worker processes first."
    # The database may have no tables yet.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The file that `manage.py backup` wrote.")
        parser.add_argument("--passphrase-file", type=Path, help="A file with the passphrase of the backup.")
        parser.add_argument("--verify", action="store_true", help="Only check the backup. Nothing is changed.")
        parser.add_argument("--replace", action="store_true", help="Do not ask before replacing existing data.")
        parser.add_argument(
            "--keep-queue",
            action="store_true",
            help="Send the notifications that were waiting. Only if nothing was sent after the backup was made.",
        )

    def handle(self, *args: Any, file: Path, passphrase_file: Path | None, **options: Any) -> str:
        progress = ProgressLine(self.stderr)
        try:
            passphrase = passphrase_read(passphrase_file, is_new=False)
            with backup_check(source=file, passphrase=passphrase, progress=progress) as checked:
                progress.end()
                if options["verify"]:
                    return f"The backup is intact, and the passphrase is right.\n{description(checked.manifest)}"
                return self.restore(checked, progress, replace=options["replace"], keeps_queue=options["keep_queue"])
        except BackupError as error:
            progress.end()
            raise CommandError(str(error)) from error

    def restore(self, checked: CheckedBackup, progress: ProgressLine, *, replace: bool, keeps_queue: bool) -> str:
        """Restore the checked backup, and return what was done. Asks before replacing data unless `replace`."""
        compatibility_check(checked.manifest)
        self.stdout.write(description(checked.manifest))
        if (present := present_contents()) and not replace:
            self.confirm(present)
        restored = backup_restore(checked=checked, keeps_queue=keeps_queue, progress=progress)
        progress.end()
        return "\n".join(closing_lines(restored))

    def confirm(self, present: dict[str, int]) -> None:
        """Ask whether the data may be replaced; raises CommandError unless the answer is yes."""
        numbers = ", ".join(f"{count:,} {name}" for name, count in present.items())
        warning = f"This installation is not empty: it has {numbers}. All of it would be replaced."
        if not sys.stdin.isatty():
            raise CommandError(f"{warning} Use --replace if that is intended.")
        self.stdout.write(warning)
        if input("Type REPLACE to continue: ").strip() != "REPLACE":
            raise CommandError("Nothing was changed.")


def description(manifest: Manifest) -> str:
    """Return what a backup contains, as a line of text."""
    numbers = ", ".join(f"{count:,} {name}" for name, count in manifest.counts.items())
    return f"Backup of {manifest.created_at}, version {manifest.version}, {manifest.database}: {numbers}."


def closing_lines(restored: Restored) -> list[str]:
    """Return what was restored and what the operator should know, as lines of text."""
    lines = [f"The backup is restored, with {restored.files} files.", *restored.notes]
    if restored.differing_keys:
        names = " and ".join(restored.differing_keys)
        lines.append(
            f"{names} in the environment differs from the backup: {restored.rotation.rotated} stored secrets were "
            "encrypted with the keys of this installation. If SECRET_KEY differs, everybody must sign in again."
        )
    if restored.rotation.unreadable:
        names = ", ".join(restored.rotation.unreadable)
        lines.append(f"These secrets could not be decrypted in the original installation either: {names}.")
    return [*lines, "Start the web and worker processes."]
