"""Writes and reads archives: a manifest, the sealed keys, and the parts that the manifest lists."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from workspace.backup.manifest import MAX_BYTES, Manifest, Part
from workspace.backup.problems import BackupError, Progress
from workspace.backup.sealing import seal

MANIFEST, KEYS = "manifest.json", "keys.json"
CHUNK = 1024 * 1024


def archive_write(
    target: Path, manifest: Manifest, *, parts: dict[str, Path], keys: bytes, passphrase: str, progress: Progress
) -> Manifest:
    """Write the archive, which only its owner can read, and return its manifest. `parts` are files by their name in it.

    An archive that could not be completed does not appear under the name `target`.
    """
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        described = [part_describe(name, path, progress) for name, path in parts.items()]
        manifest = replace(manifest, parts=described)
        content = manifest.write()
        with private_file(partial) as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                bytes_add(tar, MANIFEST, content)
                bytes_add(tar, KEYS, seal(keys, passphrase=passphrase, context=content))
                for part in described:
                    progress(f"Writing {part.name}", None)
                    with parts[part.name].open("rb") as source:
                        file_add(tar, part, source)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(target)
    except OSError as error:
        raise BackupError(f"The backup cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def private_file(path: Path) -> IO[bytes]:
    """Create a file that only its owner can read; raises FileExistsError if it exists."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def part_describe(name: str, path: Path, progress: Progress) -> Part:
    """Return the size and the checksum of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            progress(f"Computing the checksum of {name}", None)
    return Part(name, size, digest.hexdigest())


def bytes_add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a member."""
    file_add(tar, Part(name, len(content), ""), io.BytesIO(content))


def file_add(tar: tarfile.TarFile, part: Part, source: IO[bytes]) -> None:
    """Add a member of the size that the part names."""
    entry = tarfile.TarInfo(part.name)
    entry.size, entry.mode = part.size, 0o600
    tar.addfile(entry, source)


@contextmanager
def archive_open(path: Path) -> Iterator[tuple[tarfile.TarFile, bytes]]:
    """Open an archive, and return it with the content of its manifest. Raises BackupError for any other file."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield tar, member_read(tar, MANIFEST, limit=MAX_BYTES)
    except (tarfile.TarError, EOFError, zlib.error):
        raise BackupError("This is not a backup, or it is damaged: it cannot be read to its end.") from None
    except OSError as error:
        raise BackupError(f"The backup cannot be read: {error.strerror or error}.") from error


def member_read(tar: tarfile.TarFile, name: str, *, limit: int) -> bytes:
    """Return the content of a member; raises BackupError if it is missing or larger than `limit` bytes."""
    with member_open(tar, name) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise BackupError(f"The backup is damaged: {name} is too large.")
    return content


def member_open(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """Open a member; raises BackupError if it is missing or no plain file."""
    try:
        entry = tar.getmember(name)
    except KeyError:
        raise BackupError(f"The backup is damaged: {name} is missing.") from None
    file = tar.extractfile(entry) if entry.isreg() else None
    if file is None:
        raise BackupError(f"The backup is damaged: {name} is not a file.")
    return file


def parts_extract(tar: tarfile.TarFile, manifest: Manifest, *, folder: Path, progress: Progress) -> None:
    """Write all parts into the folder; raises BackupError unless each has the size and the checksum of the manifest."""
    total, done = sum(part.size for part in manifest.parts) or 1, 0
    needed = shutil.disk_usage(folder).free
    if total > needed:
        raise BackupError(f"There is not enough space to unpack the backup: {total:,} bytes are needed in {folder}.")
    for part in manifest.parts:
        target = folder / part.name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with member_open(tar, part.name) as source, private_file(target) as copy:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
                progress("Checking the backup", (done + size) / total)
        if (size, digest.hexdigest()) != (part.size, part.sha256):
            raise BackupError(f"The backup is damaged: the checksum of {part.name} is wrong.")
        done += size
