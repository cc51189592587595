"""The mail server of an installation that has none: e-mails are kept, for administrators to read."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from workspace.models import KeptMail

SUBJECT_LENGTH = 255


class KeepingBackend(BaseEmailBackend):
    """Keeps e-mails in the database in place of sending them; the embedded default."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(KeptMail.objects.bulk_create(kept(message) for message in email_messages))


def kept(message: EmailMessage) -> KeptMail:
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
