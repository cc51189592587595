"""Archiving, reopening and deleting rooms."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Message, Room, RoomType, Subscription, SystemMessage, User
from workspace.models.history import rows_delete
from workspace.selectors.room_roles import may_in_room
from workspace.services.message_marks.touching import marks_delete
from workspace.services.messages import ERASED, system_message_post
from workspace.signals import room_changed, room_deleted

DELETE_PERMISSION: dict[str, str] = {
    RoomType.CHANNEL: "workspace.delete_c",
    RoomType.PRIVATE: "workspace.delete_p",
    RoomType.DIRECT: "workspace.delete_d",
}


@transaction.atomic
def room_archive(*, archiver: User, room: Room) -> None:
    """Archive the room: no new messages or members. Users who may read it still can.

    Raises `error-direct-message-room` for a direct room, and `error-not-authorized` if the archiver may not.
    """
    if room.is_direct:
        raise ApplicationError("error-direct-message-room", f"rooms type: {room.type} can not be archived")
    if not may_in_room(user=archiver, room=room, permission="workspace.archive_room"):
        raise not_authorized()
    if not room.is_archived:
        system_message_post(room=room, user=archiver, type=SystemMessage.ARCHIVED)
        archived_set(room, is_archived=True)


@transaction.atomic
def room_reopen(*, opener: User, room: Room) -> None:
    """Unarchive a room. Raises `error-not-authorized` if the user may not."""
    if not may_in_room(user=opener, room=room, permission="workspace.unarchive_room"):
        raise not_authorized()
    if room.is_archived:
        archived_set(room, is_archived=False)
        system_message_post(room=room, user=opener, type=SystemMessage.REOPENED)


def archived_set(room: Room, *, is_archived: bool) -> None:
    """Save the state, and announce the change."""
    room.is_archived = is_archived
    room.save(update_fields=["is_archived", "updated_at"])
    room_changed.send(Room, room=room)


@transaction.atomic
def room_delete(*, deleter: User, room: Room) -> None:
    """Delete the room with its memberships and the texts of its messages. Its name can be used again.

    The rows of the room and its messages remain, so that decisions about them can still be explained. Raises
    `error-not-allowed` if the deleter may not.
    """
    if not may_in_room(user=deleter, room=room, permission=DELETE_PERMISSION[room.type]):
        raise NotAllowedError()
    room_erase(room=room)


@transaction.atomic
def room_erase(*, room: Room) -> None:
    """Delete the room as above, without checking permissions."""
    now = timezone.now()
    Room.objects.select_for_update(no_key=True).get(pk=room.pk)
    room_deleted.send(Room, room=room)
    rows_delete(rows=Subscription.objects.filter(room=room))
    marks_delete(messages=Message.objects.filter(room=room))
    Message.objects.filter(room=room, deleted_at=None).update(**ERASED, deleted_at=now, updated_at=now)
    for column in ("topic", "description", "announcement", "join_code_digest"):
        setattr(room, column, "")
    if room.is_direct:
        room.direct_key = f"deleted {room.public_id}"
    else:
        # Nobody is a member of it, so nobody can read it.
        room.type, room.name = RoomType.PRIVATE, f"deleted-{room.public_id}"
    room.is_archived, room.is_default, room.custom_fields, room.members_count, room.deleted_at = True, False, {}, 0, now
    room.save()


def not_authorized() -> ApplicationError:
    """Return the error for users who may not archive or reopen the room."""
    return ApplicationError("error-not-authorized", "Not authorized")
