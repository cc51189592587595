"""Pinning messages in their rooms."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from workspace.errors import ApplicationError
from workspace.models import Message, MessageSettings, Pin, PinNotice, Room, SystemMessage, User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.room_roles import may_in_room
from workspace.selectors.rooms import can_read, subscription_of
from workspace.services.message_marks.touching import message_touch
from workspace.services.messages import system_message_post

PIN = "workspace.pin_message"


@transaction.atomic
def message_pin(*, user: User, message: Message) -> Message:
    """Pin the message, and return the system message about it; the message itself if it is pinned already.

    Raises `error-action-not-allowed` if pinning is off, and `not-authorized` unless the user may pin messages in the
    room and read it.
    """
    pinning_check("pinMessage")
    may_pin_check(user=user, message=message, method="pinMessage")
    if not pin_change(user=user, message=message, is_pinned=True):
        return message
    is_encrypted = message.type == ENCRYPTED
    notice = system_message_post(
        room=message.room, user=user, type=SystemMessage.PINNED_ENCRYPTED if is_encrypted else SystemMessage.PINNED
    )
    PinNotice.objects.create(notice=notice, message=message)
    return notice


@transaction.atomic
def message_unpin(*, user: User, message: Message) -> None:
    """Unpin the message. Idempotent.

    Raises `error-action-not-allowed` if pinning is off, `error-invalid-message` unless the user is a member of the
    room, and `not-authorized` unless they may pin messages in it.
    """
    pinning_check("unpinMessage")
    if subscription_of(user=user, room=message.room) is None:
        raise ApplicationError(
            "error-invalid-message", "Message you are unpinning was not found", details=details_of("unpinMessage")
        )
    may_pin_check(user=user, message=message, method="unpinMessage")
    pin_change(user=user, message=message, is_pinned=False)


def pin_change(*, user: User, message: Message, is_pinned: bool) -> bool:
    """Pin or unpin the message; returns False if it is already so."""
    changes = {"is_pinned": is_pinned, "changed_by": user, "changed_at": timezone.now()}
    changed = Pin.objects.filter(message=message, is_pinned=not is_pinned).update(**changes)
    if not changed and is_pinned:
        _pin, changed = Pin.objects.get_or_create(message=message, defaults={"room": message.room, **changes})
    if changed:
        message_touch(message=message)
    return bool(changed)


def pinning_check(method: str) -> None:
    """Raise `error-action-not-allowed` if pinning is off."""
    if not MessageSettings.current().allow_pinning:
        raise ApplicationError("error-action-not-allowed", "Message pinning not allowed", details=details_of(method))


def may_pin_check(*, user: User, message: Message, method: str) -> None:
    """Raise `not-authorized` unless the user may pin messages in the room and read it."""
    room = message.room
    if not may_in_room(user=user, room=room, permission=PIN) or not can_read(user=user, room=room):
        raise ApplicationError("not-authorized", "Not Authorized", details={"method": method})


def can_pin(*, user: User, room: Room) -> bool:
    """Return True if a member may pin and unpin messages in the room."""
    return MessageSettings.current().allow_pinning and may_in_room(user=user, room=room, permission=PIN)


def details_of(method: str) -> dict[str, str]:
    """Return the details of an error, as clients know them."""
    return {"method": method, "action": "Message_pinning"}
