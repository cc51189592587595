"""Marking messages for oneself."""

from __future__ import annotations

from django.db import transaction

from workspace.errors import ApplicationError
from workspace.models import Message, MessageSettings, Star, User
from workspace.selectors.rooms import can_read, subscription_of
from workspace.services.message_marks.touching import message_touch


@transaction.atomic
def star_set(*, user: User, message: Message, is_starred: bool) -> bool:
    """Add or remove the user's star. Returns False, and does nothing, unless they are a member of the room.

    Raises `error-action-not-allowed` if starring is off.
    """
    if not MessageSettings.current().allow_starring:
        details = {"method": "starMessage", "action": "Message_starring"}
        raise ApplicationError("error-action-not-allowed", "Message starring not allowed", details=details)
    room = message.room
    if subscription_of(user=user, room=room) is None or not can_read(user=user, room=room):
        return False
    if is_starred:
        _star, is_changed = Star.objects.get_or_create(message=message, user=user)
    else:
        is_changed = bool(Star.objects.filter(message=message, user=user).delete()[0])
    if is_changed:
        message_touch(message=message)
    return True
