"""Queries for single messages."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from workspace.models import Message, MessageSettings, User
from workspace.selectors.rooms import can_read


def is_editable(message: Message) -> bool:
    """Return True if the workspace's settings let the author edit the message now."""
    rules = MessageSettings.current()
    return rules.allow_editing and is_younger(message, rules.edit_minutes)


def is_deletable(message: Message) -> bool:
    """Return True if the workspace's settings let the author delete the message now."""
    rules = MessageSettings.current()
    return rules.allow_deleting and is_younger(message, rules.delete_minutes)


def is_younger(message: Message, minutes: int) -> bool:
    """Return True if the message was sent at most this many minutes ago; 0 means no limit."""
    return not minutes or message.sent_at > timezone.now() - timedelta(minutes=minutes)


def deleted_message(*, user: User, public_id: str) -> Message | None:
    """Return the message if it was deleted and the user may read its room; None otherwise."""
    message = Message.objects.select_related("room").filter(public_id=public_id, deleted_at__isnull=False).first()
    return message if message is not None and can_read(user=user, room=message.room) else None


def message_shown_to(*, user: User, public_id: str) -> Message | None:
    """Return the message; None if it was deleted or the user may not read its room."""
    messages = Message.objects.select_related("room", "sender", "parent", "edited_by")
    message = messages.filter(public_id=public_id, deleted_at=None).first()
    return message if message is not None and can_read(user=user, room=message.room) else None
