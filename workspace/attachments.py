"""What attachments say, for readers who see text only: notifications, e-mails and search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MOST = 20
# The longest JSON (characters) of a message's attachments together.
LONGEST = 50_000


def attachments_text(attachments: Iterable[Any]) -> str:
    """Return the attachments as text, one a line: title and text, else the fallback that their sender gave.

    Attachments are stored as clients sent them, so any field may be missing or of another type.
    """
    lines = (attachment_text(one) for one in attachments if isinstance(one, dict))
    return "\n".join(line for line in lines if line)


def attachment_text(attachment: dict[str, Any]) -> str:
    """Return one attachment as text; empty if it has none."""
    title, text, fallback, description = (
        value.strip() if isinstance(value := attachment.get(name), str) else ""
        for name in ("title", "text", "fallback", "description")
    )
    said = ": ".join(filter(None, (title, text)))
    return said or fallback or description
