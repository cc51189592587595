"""Attachments as plain text, for notifications, e-mails and search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MAX_ATTACHMENTS = 20
# The maximum length (characters of JSON) of all attachments of a message.
MAX_LENGTH = 50_000


def attachments_text(attachments: Iterable[Any]) -> str:
    """Return the attachments as text, one per line: title and text, or the fallback if both are missing.

    Attachments are stored as clients sent them, so any field may be missing or have another type.
    """
    lines = (attachment_text(item) for item in attachments if isinstance(item, dict))
    return "\n".join(line for line in lines if line)


def attachment_text(attachment: dict[str, Any]) -> str:
    """Return an attachment as text: its title and text, else the fallback, the description or the fields."""
    title, text, fallback, description = (
        value.strip() if isinstance(value := attachment.get(name), str) else ""
        for name in ("title", "text", "fallback", "description")
    )
    text_with_title = ": ".join(filter(None, (title, text)))
    return text_with_title or fallback or description or fields_text(attachment.get("fields"))


def fields_text(fields: Any) -> str:
    """Return the fields of an attachment as text: their titles and values."""
    if not isinstance(fields, list):
        return ""
    pairs = ((item.get("title"), item.get("value")) for item in fields if isinstance(item, dict))
    return ", ".join(": ".join(part for part in pair if isinstance(part, str) and part) for pair in pairs)
