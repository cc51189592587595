"""Storage of e-mails for installations without a mail server. They are not delivered.

E-mails contain messages and password-reset links. In the database, only users with a permission can read them; as
files, only the system account that runs the server can.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.filebased import EmailBackend as FileBasedBackend

from workspace.config.env import data_directory
from workspace.logs.events import LogEvent
from workspace.models import KeptMail

MAIL_STORED_ONLY = LogEvent(
    "mail.stored_only",
    "`EMAIL_URL` names no mail server. Unless the settings do, e-mails, also password-reset links, are stored in a "
    "folder and reach nobody.",
    {"folder": "the folder"},
    logging.WARNING,
)

DATABASE_BACKEND, FILE_BACKEND = "workspace.mail.DatabaseBackend", "workspace.mail.FileBackend"

SUBJECT_LENGTH = 255


class DatabaseBackend(BaseEmailBackend):
    """Stores e-mails in the database instead of sending them. The default of embedded installations."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(KeptMail.objects.bulk_create(stored_mail(message) for message in email_messages))


def stored_mail(message: EmailMessage) -> KeptMail:
    """Return the row for an e-mail; raises ValueError for invalid headers, as sending would."""
    raw = message.message()
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return KeptMail(
        sender=message.from_email,
        recipients=message.recipients(),
        subject=message.subject[:SUBJECT_LENGTH],
        headers={name: str(value) for name, value in raw.items()},
        text=str(message.body),
        html=next((str(content) for content, mimetype in alternatives if mimetype == "text/html"), ""),
    )


class FileBackend(FileBasedBackend):
    """Stores e-mails in files and a folder that only their owner can read."""

    stream: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        path = Path(options.get("file_path") or settings.EMAIL_FILE_PATH)
        data_directory(path.parent)
        data_directory(path)
        super().__init__(*args, **{**options, "file_path": str(path)})

    def open(self) -> bool:
        """Open the file for writing; returns False if it is already open."""
        if self.stream is not None:
            return False
        descriptor = os.open(self._get_filename(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)  # type: ignore[attr-defined]
        self.stream = os.fdopen(descriptor, "ab")
        return True


def stored_mails_protect() -> None:
    """Log a warning if e-mails may be stored as files, and make the files of earlier versions private."""
    if FILE_BACKEND not in (settings.EMAIL_BACKEND, settings.EMAIL_STORAGE_BACKEND):
        return
    folder = Path(settings.EMAIL_FILE_PATH)
    MAIL_STORED_ONLY.log(folder=str(folder))
    # Files may belong to another user or be removed meanwhile. The mode of the folder protects them.
    with suppress(OSError):
        folder.chmod(0o700)
        for file in folder.iterdir():
            file.chmod(0o600)
