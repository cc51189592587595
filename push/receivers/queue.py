"""What ends a notification's wait: the room is read, the message deleted, the membership over."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from push.services.queue import member_items_drop, message_items_drop, room_items_clear
from workspace.models import Message, Room, User
from workspace.signals import membership_ended, message_deleted, room_read


@receiver(room_read, dispatch_uid="push.queue.room_read")
def on_room_read(*, user: User, room: Room, **_kwargs: Any) -> None:
    room_items_clear(user=user, room=room)


@receiver(message_deleted, dispatch_uid="push.queue.message_deleted")
def on_message_deleted(*, message: Message, **_kwargs: Any) -> None:
    message_items_drop(message=message)


@receiver(membership_ended, dispatch_uid="push.queue.membership_ended")
def on_membership_ended(*, user: User, room: Room, **_kwargs: Any) -> None:
    member_items_drop(user=user, room=room)
