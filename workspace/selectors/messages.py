"""Queries for single messages."""

from __future__ import annotations

from workspace.models import Message, User
from workspace.selectors.rooms import can_read


def is_deleted_for(*, user: User, public_id: str) -> bool:
    """Return True if the message was deleted and the user may read its room."""
    message = Message.objects.select_related("room").filter(public_id=public_id, deleted_at__isnull=False).first()
    return message is not None and can_read(user=user, room=message.room)


def message_shown_to(*, user: User, public_id: str) -> Message | None:
    """Return the message; None if it was deleted or the user may not read its room."""
    messages = Message.objects.select_related("room", "sender", "parent", "edited_by")
    message = messages.filter(public_id=public_id, deleted_at=None).first()
    return message if message is not None and can_read(user=user, room=message.room) else None
