"""Several settings of a room at once, by the names that clients know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from workspace.errors import ApplicationError
from workspace.models import Room, User
from workspace.services.room_changes.settings import (
    room_announcement_change,
    room_custom_fields_set,
    room_default_set,
    room_description_change,
    room_featured_set,
    room_join_code_set,
    room_reactions_set,
    room_read_only_set,
    room_rename,
    room_topic_change,
    room_type_change,
)

# By the name of the setting: the service, and the name of its argument.
SETTINGS: dict[str, tuple[Callable[..., None], str]] = {
    "roomName": (room_rename, "name"),
    "roomTopic": (room_topic_change, "topic"),
    "roomDescription": (room_description_change, "description"),
    "roomAnnouncement": (room_announcement_change, "announcement"),
    "roomType": (room_type_change, "type"),
    "roomCustomFields": (room_custom_fields_set, "custom_fields"),
    "readOnly": (room_read_only_set, "is_read_only"),
    "reactWhenReadOnly": (room_reactions_set, "allows_reactions"),
    "default": (room_default_set, "is_default"),
    "featured": (room_featured_set, "is_featured"),
    "joinCode": (room_join_code_set, "join_code"),
}


@transaction.atomic
def room_settings_save(*, editor: User, room: Room, values: Mapping[str, Any]) -> None:
    """Save the settings, all or none.

    Raises `error-invalid-settings` for a name that does not exist here, and the errors of the single settings.
    """
    if values.keys() - SETTINGS.keys():
        raise ApplicationError(
            "error-invalid-settings", "Invalid settings provided", details={"method": "saveRoomSettings"}
        )
    for name, value in values.items():
        save, argument = SETTINGS[name]
        save(editor=editor, room=room, **{argument: value})
