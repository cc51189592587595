"""The error of backups and restores."""

from __future__ import annotations

from collections.abc import Callable


class BackupError(Exception):
    """A backup or restore that cannot be done. The text is for the operator, and names no secret."""


# Called with a step of the work in words, and how far it is (0 to 1) if that is known.
Progress = Callable[[str, float | None], None]


def no_progress(_step: str, _part: float | None) -> None:
    """Report nothing."""
