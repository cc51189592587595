"""Requests, makes and deletes exports of people's data."""

from __future__ import annotations

import logging
import tempfile
from datetime import datetime, timedelta
from typing import IO

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from workspace.errors import ApplicationError, MissingPermissionError
from workspace.logs.events import LogEvent
from workspace.models import DataExport, DataExportPart, RetentionSettings, TextPlace, User
from workspace.models.data_exports import UNFINISHED, ExportState
from workspace.privacy.files import export_write
from workspace.selectors.privacy.exports import exports_due, exports_of, may_export
from workspace.services.text_views import text_viewed
from workspace.waking import exports_later

EXPORT_FAILED = LogEvent(
    "export.failed",
    "The export of somebody's data could not be made. It is tried again.",
    {"export": "the public id of the export"},
    logging.ERROR,
)

# How long a worker has to make an export before another one tries, from the last progress on.
LEASE = timedelta(minutes=6)
MAX_TRIES = 3
# The finished ones that an account may have at a time; more would fill the database.
MAX_STORED = 5
PART_BYTES = 512 * 1024
PRUNED = 20


@transaction.atomic
def export_request(*, by: User, user: User) -> DataExport:
    """Queue an export of the person's data.

    Raises MissingPermissionError if `by` may not export it, `error-export-under-way` if one is being made, and
    `error-too-many-exports` if there are too many.
    """
    if not may_export(by, user):
        raise MissingPermissionError()
    if exports_of(user).filter(state=ExportState.READY).count() >= MAX_STORED:
        raise ApplicationError("error-too-many-exports", "There are several exports already")
    try:
        with transaction.atomic():
            export = DataExport.objects.create(user=user, requested_by=by)
    except IntegrityError:
        raise ApplicationError("error-export-under-way", "An export is being made already") from None
    exports_later()
    return export


def exports_make() -> int:
    """Make the exports that are due, and return how many. Safe to call from several workers at once."""
    made = 0
    for key in list(exports_due().values_list("pk", flat=True)):
        made += export_make(key)
    return made


def lifetime_end() -> datetime:
    """Return until when an export that is finished now can be downloaded."""
    return timezone.now() + timedelta(days=RetentionSettings.current().export_days)


def export_make(key: int) -> bool:
    """Make one export, unless another worker does; return True if it was made. A failed one is tried three times."""
    now = timezone.now()
    claimed = exports_due().filter(pk=key, tries__lt=MAX_TRIES)
    if not claimed.update(state=ExportState.RUNNING, retry_at=now + LEASE, tries=F("tries") + 1, progress=0):
        exports_due().filter(pk=key).update(state=ExportState.FAILED, finished_at=now, expires_at=lifetime_end())
        return False
    export = DataExport.objects.select_related("user").get(pk=key)
    try:
        with tempfile.TemporaryFile() as file:
            export_write(file, user=export.user, progress=lambda part: progress_save(export, part))
            export_store(export, file)
    except Exception:
        EXPORT_FAILED.exception(export=export.public_id)
        DataExport.objects.filter(pk=key).update(retry_at=timezone.now() + timedelta(minutes=1))
        return False
    return True


def progress_save(export: DataExport, part: float) -> None:
    """Store how far the export is (0 to 1), and that its worker is alive."""
    shown = min(99, round(part * 100))
    DataExport.objects.filter(pk=export.pk).update(progress=shown, retry_at=timezone.now() + LEASE)


@transaction.atomic
def export_store(export: DataExport, file: IO[bytes]) -> None:
    """Store the finished file in parts."""
    size, number = file.tell(), 0
    export.parts.all().delete()
    file.seek(0)
    while content := file.read(PART_BYTES):
        DataExportPart.objects.create(export=export, number=number, content=content)
        number += 1
    now = timezone.now()
    DataExport.objects.filter(pk=export.pk, state__in=UNFINISHED).update(
        state=ExportState.READY, progress=100, size=size, finished_at=now, expires_at=lifetime_end()
    )


def export_read(*, reader: User, export: DataExport) -> bytes:
    """Return the file. If the reader is another person, this is recorded in the message access log."""
    if reader != export.user:
        text_viewed(reader=reader, about=f"@{export.user.username}", place=TextPlace.EXPORT)
    return b"".join(bytes(content) for content in export.parts.order_by("number").values_list("content", flat=True))


def export_delete(*, export: DataExport) -> None:
    """Delete an export and its file."""
    export.delete()


def expired_exports_prune() -> int:
    """Delete a batch of expired exports; return how many."""
    expired = DataExport.objects.filter(expires_at__lt=timezone.now()).order_by("expires_at")
    keys = list(expired.values_list("pk", flat=True)[:PRUNED])
    DataExport.objects.filter(pk__in=keys).delete()
    return len(keys)


def account_exports_delete(*, user: User) -> None:
    """Delete all exports of an account that is deleted."""
    DataExport.objects.filter(user=user).delete()
