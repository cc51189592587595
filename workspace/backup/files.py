"""The files of DATA_DIR that a backup contains: all but those that are copied in another way, or made again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from django.conf import settings

from workspace.backup.archive import private_file
from workspace.backup.problems import BackupError

PREFIX = "files/"
# Names at the top of DATA_DIR that are left out: the database and the keys, which have their own parts; certificates
# that are put together again (workspace/outbound.py); files of development; hidden and temporary files; other backups.
LEFT_OUT = (
    *("*.sqlite3", "*.sqlite3-*", "secret_key", "encryption_key"),
    *("outbound-ca-*.pem", "fake-providers"),
    *(".*", "*.partial", "backups"),
)


def lasting_files(*, without: Path) -> dict[str, Path]:
    """Return the files by their names in the archive. `without` is the archive itself, which may be in DATA_DIR."""
    folder = Path(settings.DATA_DIR)
    files = (path for path in files_of(folder) if path.resolve() != without.resolve())
    return {f"{PREFIX}{path.relative_to(folder).as_posix()}": path for path in files}


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and its subfolders in order, without links and those that are left out."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if any(fnmatch(entry.name, pattern) for pattern in LEFT_OUT):
            continue
        inside = sorted(entry.rglob("*")) if entry.is_dir() and not entry.is_symlink() else [entry]
        yield from (path for path in inside if path.is_file() and not path.is_symlink())


def files_restore(staged: Path) -> int:
    """Copy the unpacked files into DATA_DIR, replacing those of the same name; return how many."""
    source, target = staged / PREFIX, Path(settings.DATA_DIR)
    number = 0
    for path in files_of(source):
        copy = target / path.relative_to(source)
        try:
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = copy.with_name(f".{copy.name}.{os.getpid()}")

            temporary.unlink(missing_ok=True)
            with path.open("rb") as content, private_file(temporary) as written:
                shutil.copyfileobj(content, written)
            temporary.replace(copy)
        except OSError as error:
            raise BackupError(f"A file in DATA_DIR cannot be written: {error.strerror or error}.") from error
        number += 1
    return number
