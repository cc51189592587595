"""Settings of rooms: name, texts, type, and what members may do. Each change is reported by a system message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, SystemMessage, User
from workspace.models.rooms import DEFAULT_CHANNEL_ID
from workspace.selectors.room_roles import may_in_room
from workspace.services.messages import system_message_post
from workspace.services.rooms import CREATE_PERMISSION, join_code_digest, name_check, name_taken
from workspace.signals import room_changed

CUSTOM_FIELDS_MAX_LENGTH = 10_000
TEXT_MESSAGES = {
    "topic": SystemMessage.TOPIC_CHANGED,
    "description": SystemMessage.DESCRIPTION_CHANGED,
    "announcement": SystemMessage.ANNOUNCEMENT_CHANGED,
}


@transaction.atomic
def room_rename(*, editor: User, room: Room, name: str) -> None:
    """Rename a channel or private group.

    Raises `error-action-not-allowed` if the editor may not, `error-invalid-room-name`, and
    `error-duplicate-channel-name` if another room has the name.
    """
    edit_check(editor=editor, room=room)
    named_room_check(room)
    if room.name == name:
        return
    room.name = name
    name_check(room)
    try:
        with transaction.atomic():
            room_save(room, "name")
    except IntegrityError as error:
        raise name_taken(name) from error
    system_message_post(room=room, user=editor, type=SystemMessage.RENAMED, text=name)


def room_topic_change(*, editor: User, room: Room, topic: str) -> None:
    """Change the topic, which clients show next to the name. Raises `error-action-not-allowed`."""
    text_change(editor=editor, room=room, column="topic", text=topic)


def room_description_change(*, editor: User, room: Room, description: str) -> None:
    """Change the description, which clients also call the purpose. Raises `error-action-not-allowed`."""
    text_change(editor=editor, room=room, column="description", text=description)


def room_announcement_change(*, editor: User, room: Room, announcement: str) -> None:
    """Change the announcement, which clients show above the messages. Raises `error-action-not-allowed`."""
    text_change(editor=editor, room=room, column="announcement", text=announcement)


@transaction.atomic
def text_change(*, editor: User, room: Room, column: str, text: str) -> None:
    """Change one of the room's texts; raises `error-action-not-allowed`, and ValidationError if it is too long."""
    edit_check(editor=editor, room=room)
    if getattr(room, column) == text:
        return
    setattr(room, column, text)
    room.clean_fields(exclude=[field.name for field in Room._meta.fields if field.name != column])
    room_save(room, column)
    system_message_post(room=room, user=editor, type=TEXT_MESSAGES[column], text=text)


@transaction.atomic
def room_read_only_set(*, editor: User, room: Room, is_read_only: bool) -> None:
    """Let only some members post, or all. Members that were unmuted individually lose this exception.

    Raises `error-action-not-allowed` if the editor may not.
    """
    edit_check(editor=editor, room=room, permission="workspace.set_readonly")
    named_room_check(room)
    if room.is_read_only == is_read_only:
        return
    room.is_read_only = is_read_only
    room_save(room, "is_read_only")
    room.subscriptions.filter(is_unmuted=True).update(is_unmuted=False, updated_at=room.updated_at)
    kind = SystemMessage.SET_READ_ONLY if is_read_only else SystemMessage.SET_WRITABLE
    system_message_post(room=room, user=editor, type=kind)


@transaction.atomic
def room_reactions_set(*, editor: User, room: Room, allows_reactions: bool) -> None:
    """Let members react to messages while the room is read-only, or not. Raises `error-action-not-allowed`."""
    edit_check(editor=editor, room=room, permission="workspace.set_react_when_readonly")
    named_room_check(room)
    if room.allows_reactions == allows_reactions:
        return
    room.allows_reactions = allows_reactions
    room_save(room, "allows_reactions")
    kind = SystemMessage.REACTIONS_ALLOWED if allows_reactions else SystemMessage.REACTIONS_REFUSED
    system_message_post(room=room, user=editor, type=kind)


@transaction.atomic
def room_type_change(*, editor: User, room: Room, type: str) -> None:
    """Make a channel private, or a private group a channel. The memberships remain.

    Users who are not members lose access to a room that becomes private. Raises `error-action-not-allowed` if the
    editor may not edit the room or create rooms of this type, and `error-invalid-room-type`.
    """
    edit_check(editor=editor, room=room)
    named_room_check(room)
    if type not in CREATE_PERMISSION:
        raise ApplicationError("error-invalid-room-type", "error-invalid-room-type", details={"type": type})
    if room.type == type:
        return
    if not editor.has_perm(CREATE_PERMISSION[RoomType(type)]):
        kinds = {
            RoomType.CHANNEL: "a private group to a public channel",
            RoomType.PRIVATE: "a public channel to a private room",
        }
        raise change_refused(f"Changing {kinds[RoomType(type)]} is not allowed", action="Change_Room_Type")
    room.type = type
    room_save(room, "type")
    words = _("Channel") if type == RoomType.CHANNEL else _("Private group")
    system_message_post(room=room, user=editor, type=SystemMessage.TYPE_CHANGED, text=words)


@transaction.atomic
def room_custom_fields_set(*, editor: User, room: Room, custom_fields: Mapping[str, Any]) -> None:
    """Replace the data that clients store with the room.

    Raises `error-action-not-allowed`, and `error-invalid-custom-fields` for more than 10,000 characters of JSON.
    """
    edit_check(editor=editor, room=room)
    if len(json.dumps(custom_fields)) > CUSTOM_FIELDS_MAX_LENGTH:
        raise ApplicationError("error-invalid-custom-fields", "The custom fields are too large")
    room.custom_fields = dict(custom_fields)
    room_save(room, "custom_fields")


@transaction.atomic
def room_join_code_set(*, editor: User, room: Room, join_code: str) -> None:
    """Require a code for joining the channel; an empty one removes it. Raises `error-action-not-allowed`."""
    edit_check(editor=editor, room=room)
    named_room_check(room)
    room.join_code_digest = join_code_digest(room, join_code) if join_code else ""
    room_save(room, "join_code_digest")


@transaction.atomic
def room_default_set(*, editor: User, room: Room, is_default: bool) -> None:
    """Let new accounts join the room, or not.

    Raises `error-action-not-allowed` unless the editor administers rooms, and for the channel that all accounts join.
    """
    administration_check(editor=editor, room=room)
    named_room_check(room)
    if room.public_id == DEFAULT_CHANNEL_ID and not is_default:
        raise change_refused("All new accounts join this channel")
    room.is_default = is_default
    room_save(room, "is_default")


@transaction.atomic
def room_featured_set(*, editor: User, room: Room, is_featured: bool) -> None:
    """List the room first in the directory, or not. Raises the errors of :func:`room_default_set`."""
    administration_check(editor=editor, room=room)
    named_room_check(room)
    room.is_featured = is_featured
    room_save(room, "is_featured")


def room_save(room: Room, column: str) -> None:
    """Save the changed column and announce the change."""
    room.save(update_fields=[column, "updated_at"])
    room_changed.send(Room, room=room)


def edit_check(*, editor: User, room: Room, permission: str = "workspace.edit_room") -> None:
    """Raise `error-action-not-allowed` unless the user may edit the room and has the permission there."""
    for name in dict.fromkeys(("workspace.edit_room", permission)):
        if not may_in_room(user=editor, room=room, permission=name):
            raise change_refused("Editing room is not allowed")


def administration_check(*, editor: User, room: Room) -> None:
    """Raise `error-action-not-allowed` unless the user may edit the room and administers rooms."""
    edit_check(editor=editor, room=room)
    if not editor.has_perm("workspace.view_room_administration"):
        raise change_refused("Viewing room administration is not allowed", action="Viewing_room_administration")


def named_room_check(room: Room) -> None:
    """Raise `error-action-not-allowed` for a direct room, which has none of these settings."""
    if room.is_direct:
        raise change_refused("Direct messages do not have this setting")


def change_refused(text: str, *, action: str = "Editing_room") -> ApplicationError:
    """Return the error for a setting that the caller may not change."""
    return ApplicationError("error-action-not-allowed", text, details={"method": "saveRoomSettings", "action": action})
