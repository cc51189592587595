"""The text of a message, wherever it is."""

from __future__ import annotations

from workspace.models import Message, TransientText


def text_of(message: Message) -> str:
    """Return the text of a message. If its source does not store texts, it is empty once notifications are sent."""
    if message.text or not message.integration_id:
        return message.text
    transient = TransientText.objects.filter(message=message.pk).first()
    return transient.text if transient else ""
