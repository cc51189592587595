"""Drops or delays queued notifications when a room is read, a message is deleted, or quiet hours change."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from preferences.signals import quiet_hours_changed
from push.sending.queue import (
    deleted_room_items_drop,
    member_items_drop,
    message_items_drop,
    room_items_drop,
    thread_items_drop,
)
from push.services.desktop import Change, members_pages_tell, message_change_tell, pages_tell
from push.services.quiet import waiting_hold
from push.services.shown import room_gone, room_read_elsewhere
from workspace.models import Message, Room, User
from workspace.selectors.rooms import can_read
from workspace.signals import (
    membership_ended,
    message_deleted,
    message_edited,
    room_deleted,
    room_read,
    signed_out_everywhere,
    thread_read,
)


@receiver(room_read, dispatch_uid="push.queue.room_read")
def on_room_read(*, user: User, room: Room, **_kwargs: Any) -> None:
    room_items_drop(user=user, room=room)
    pages_tell(user=user)
    room_read_elsewhere(user=user, room=room)


@receiver(thread_read, dispatch_uid="push.queue.thread_read")
def on_thread_read(*, user: User, thread: Message, **_kwargs: Any) -> None:
    thread_items_drop(user=user, thread=thread)
    pages_tell(user=user)


@receiver(message_deleted, dispatch_uid="push.queue.message_deleted")
def on_message_deleted(*, message: Message, **_kwargs: Any) -> None:
    message_items_drop(message=message)
    message_change_tell(message=message, change=Change.DELETED)


@receiver(message_edited, dispatch_uid="push.queue.message_edited")
def on_message_edited(*, message: Message, **_kwargs: Any) -> None:
    message_change_tell(message=message, change=Change.EDITED)


@receiver(membership_ended, dispatch_uid="push.queue.membership_ended")
def on_membership_ended(*, user: User, room: Room, **_kwargs: Any) -> None:
    member_items_drop(user=user, room=room)
    change = Change.LEFT if can_read(user=user, room=room) else Change.LOST
    pages_tell(user=user, change={"kind": change, "room": room.public_id})
    room_read_elsewhere(user=user, room=room)


@receiver(signed_out_everywhere, dispatch_uid="push.queue.signed_out_everywhere")
def on_signed_out_everywhere(*, user: User, **_kwargs: Any) -> None:
    """Make open pages of a deactivated account stop showing messages."""
    if not user.is_active:
        pages_tell(user=user, change={"kind": Change.DEACTIVATED, "room": ""})


@receiver(pre_delete, sender=Room, dispatch_uid="push.queue.room_row_deleted")
def on_room_row_deleted(*, instance: Room, **_kwargs: Any) -> None:
    on_room_deleted(room=instance)


@receiver(room_deleted, dispatch_uid="push.queue.room_deleted")
def on_room_deleted(*, room: Room, **_kwargs: Any) -> None:
    deleted_room_items_drop(room=room)
    members_pages_tell(room=room, change={"kind": Change.LOST, "room": room.public_id})
    room_gone(room=room)


@receiver(quiet_hours_changed, dispatch_uid="push.queue.quiet_hours_changed")
def on_quiet_hours_changed(*, user: User | None, **_kwargs: Any) -> None:
    waiting_hold(user=user)
