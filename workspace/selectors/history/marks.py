"""Lists of messages that users have pinned, starred or reported."""

from __future__ import annotations

from django.db.models import QuerySet

from workspace.models import Message, Room, User


def messages_pinned(room: Room) -> QuerySet[Message]:
    """Return the pinned messages of the room."""
    return Message.objects.filter(pin__room=room, pin__is_pinned=True, deleted_at=None)


def messages_starred(room: Room, user: User) -> QuerySet[Message]:
    """Return the messages of the room that the user has starred."""
    return Message.objects.filter(room=room, stars__user=user, deleted_at=None)
