"""The first member of an archive: what wrote it, and what it contains."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any, Self

from workspace.backup.problems import BackupError

# Increased when an older version could not restore the archive.
FORMAT = 1
PRODUCT = "callboard"
MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A member of the archive: its path in it, its size in bytes, and its SHA-256 checksum."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Describes an archive. `migrations` are the names applied in the database, by app; `counts` its main contents.

    `database` is `sqlite` or `postgresql`, and `server_version` is PostgreSQL's major version.
    """

    version: str
    created_at: str
    database: str
    server_version: int = 0
    migrations: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    def write(self) -> bytes:
        """Return the manifest as JSON."""
        content = {"product": PRODUCT, "format": FORMAT, **asdict(self)}
        return json.dumps(content, indent=2, sort_keys=True).encode()

    @classmethod
    def read(cls, content: bytes) -> Self:
        """Return the manifest; raises BackupError if this version cannot read it."""
        try:
            stored = json.loads(content)
            known, format_number = stored["product"] == PRODUCT, int(stored["format"])
        except (ValueError, TypeError, KeyError):
            raise BackupError("This is not a backup, or it is damaged: its manifest cannot be read.") from None
        if not known:
            raise BackupError("This is a backup of another product.")
        if format_number > FORMAT:
            raise BackupError(
                f"The backup has format {format_number}, and this version reads formats up to {FORMAT}. It was made by "
                f"version {stored.get('version', 'unknown')}: install that version, or a newer one."
            )
        try:
            return cls._parse(stored)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise BackupError("The backup is damaged: its manifest is incomplete.") from None

    @classmethod
    def _parse(cls, stored: dict[str, Any]) -> Self:
        parts = [Part(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in stored["parts"]]
        if any(not is_safe(part.name) for part in parts):
            raise BackupError("The backup is damaged: it contains a path outside of its folder.")
        return cls(
            version=str(stored["version"]),
            created_at=str(stored["created_at"]),
            database=str(stored["database"]),
            server_version=int(stored.get("server_version", 0)),
            migrations={str(app): list(map(str, names)) for app, names in stored["migrations"].items()},
            counts={str(name): int(count) for name, count in stored.get("counts", {}).items()},
            parts=parts,
        )


def is_safe(name: str) -> bool:
    """Return True if the path stays within the folder that it is relative to."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name
