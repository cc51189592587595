"""What ends or prolongs a notification's wait: the room is read, the message deleted, quiet hours begin."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from preferences.signals import quiet_hours_changed
from push.services.desktop import counters_tell
from push.services.queue import member_items_drop, message_items_drop, room_items_clear
from push.services.quiet import waiting_hold
from push.services.shown import room_read_elsewhere
from workspace.models import Message, Room, User
from workspace.signals import membership_ended, message_deleted, room_read


@receiver(room_read, dispatch_uid="push.queue.room_read")
def on_room_read(*, user: User, room: Room, **_kwargs: Any) -> None:
    room_items_clear(user=user, room=room)
    counters_tell(user=user)
    room_read_elsewhere(user=user, room=room)


@receiver(message_deleted, dispatch_uid="push.queue.message_deleted")
def on_message_deleted(*, message: Message, **_kwargs: Any) -> None:
    message_items_drop(message=message)


@receiver(membership_ended, dispatch_uid="push.queue.membership_ended")
def on_membership_ended(*, user: User, room: Room, **_kwargs: Any) -> None:
    member_items_drop(user=user, room=room)
    counters_tell(user=user)
    room_read_elsewhere(user=user, room=room)


@receiver(quiet_hours_changed, dispatch_uid="push.queue.quiet_hours_changed")
def on_quiet_hours_changed(*, user: User | None, **_kwargs: Any) -> None:
    waiting_hold(user=user)
