"""Writes everything that the workspace stores about one person into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workspace.backup.archive import private_file
from workspace.management.progress import ProgressLine
from workspace.privacy.files import export_write
from workspace.selectors.accounts import user_by_username


class Command(BaseCommand):
    """`manage.py exportuser NAME [FILE]`."""

    help = "Exports the data of one person into a zip file: JSON files, and the picture."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "file", type=Path, nargs="?", help="The file to write; by default NAME.zip. It must not exist."
        )

    def handle(self, *args: Any, username: str, file: Path | None, **options: Any) -> str:
        user = user_by_username(username)
        if user is None:
            raise CommandError("There is no user with this name.")
        target = file or Path(f"{user.username}.zip")
        progress = ProgressLine(self.stderr)
        try:
            with private_file(target) as content:
                export_write(content, user=user, progress=lambda part: progress("Exporting", part))
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
        finally:
            progress.end()
        return f"{target} contains the data of {user.username} ({target.stat().st_size:,} bytes)."
