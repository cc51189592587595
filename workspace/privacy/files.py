"""Writes an export: a zip file with a JSON file for each section, and the person's picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from workspace import __version__
from workspace.models import Avatar, GeneralSettings, User
from workspace.privacy.sections import Row, export_sections

ENCODER = DjangoJSONEncoder(ensure_ascii=False, indent=1)
# Called after each section with the share that is done (0 to 1).
Progress = Callable[[float], None]


def export_write(target: IO[bytes], *, user: User, progress: Progress) -> None:
    """Write the person's data to the file."""
    counts = {}
    sections = export_sections()
    with ZipFile(target, "w", compression=ZIP_DEFLATED) as archive:
        for number, section in enumerate(sections, 1):
            with archive.open(f"{section.name}.json", "w") as file:
                counts[section.name] = rows_write(file, section.rows(user))
            progress(number / (len(sections) + 1))
        if avatar := Avatar.objects.filter(user=user).first():
            archive.writestr(f"picture.{avatar.content_type.rsplit('/')[-1]}", bytes(avatar.content))
        about = {
            "workspace": GeneralSettings.current().site_name,
            "username": user.username,
            "made_at": timezone.now(),
            "version": __version__,
            "rows": counts,
        }
        archive.writestr("about.json", ENCODER.encode(about))


def rows_write(file: IO[bytes], rows: Iterable[Row]) -> int:
    """Write a JSON list, row by row, and return the number of rows."""
    number = 0
    file.write(b"[")
    for row in rows:
        file.write(b"," if number else b"")
        file.write(b"\n" + ENCODER.encode(row).encode())
        number += 1
    file.write(b"\n]\n")
    return number
