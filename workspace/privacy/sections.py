"""The sections of an export. Each app contributes those of its own tables, when it is ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workspace.models import User

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ExportSection:
    """A file `name`.json in the export. `rows` yields what is stored about the person, without secrets.

    It leaves out what others wrote, and data of other people apart from the names of those who share a room with the
    person.
    """

    name: str
    rows: Callable[[User], Iterator[Row]]


_SECTIONS: list[ExportSection] = []


def sections_contribute(*sections: ExportSection) -> None:
    """Add sections to all exports."""
    _SECTIONS.extend(sections)


def export_sections() -> list[ExportSection]:
    """Return the sections, by name."""
    return sorted(_SECTIONS, key=lambda section: section.name)


def columns_of(row: Any, *names: str) -> Row:
    """Return these columns of a row."""
    return {name: getattr(row, name) for name in names}
