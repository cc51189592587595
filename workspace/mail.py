"""E-mails of an installation without a mail server: they are stored, and reach nobody.

They contain messages and password-reset links. In the database, only holders of a permission read them; as files, only
the account that runs the server.
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
from workspace.models import KeptMail

log = logging.getLogger(__name__)

FILE_BACKEND = "workspace.mail.FileBackend"

SUBJECT_LENGTH = 255


class DatabaseBackend(BaseEmailBackend):
    """Keeps e-mails in the database in place of sending them; the embedded default."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(KeptMail.objects.bulk_create(stored_mail(message) for message in email_messages))


def stored_mail(message: EmailMessage) -> KeptMail:
    """Return the row of an e-mail; raises ValueError, as sending would, for what cannot be written as a header."""
    written = message.message()
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return KeptMail(
        sender=message.from_email,
        recipients=message.recipients(),
        subject=message.subject[:SUBJECT_LENGTH],
        headers={name: str(value) for name, value in written.items()},
        text=str(message.body),
        html=next((str(content) for content, mimetype in alternatives if mimetype == "text/html"), ""),
    )


class FileBackend(FileBasedBackend):
    """Stores e-mails in files that only their owner may read, in a folder that only its owner may open."""

    stream: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        path = Path(options.get("file_path") or settings.EMAIL_FILE_PATH)
        data_directory(path.parent)
        data_directory(path)
        super().__init__(*args, **{**options, "file_path": str(path)})

    def open(self) -> bool:
        """Open the file to write to; returns False if it is open already."""
        if self.stream is not None:
            return False
        descriptor = os.open(self._get_filename(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)  # type: ignore[attr-defined]
        self.stream = os.fdopen(descriptor, "ab")
        return True


def stored_mails_protect() -> None:
    """Log that e-mails reach nobody, where they are stored as files, and make those of earlier versions private."""
    if settings.EMAIL_BACKEND != FILE_BACKEND:
        return
    folder = Path(settings.EMAIL_FILE_PATH)
    log.warning(
        "There is no mail server (EMAIL_URL): e-mails, also password-reset links, are stored in %s and reach nobody.",
        folder,
    )
    # Files of another owner, or removed meanwhile: the folder's mode protects them.
    with suppress(OSError):
        folder.chmod(0o700)
        for file in folder.iterdir():
            file.chmod(0o600)
