"""The addresses of rooms and messages, as clients and notifications spell them."""

from __future__ import annotations

from django.urls import reverse

from workspace.models import Message, Room, RoomType

ROOM_VIEWS = {
    RoomType.CHANNEL.value: "channel-page",
    RoomType.PRIVATE.value: "group-page",
    RoomType.DIRECT.value: "direct-page",
}


def room_path(room: Room) -> str:
    """Return the address of a room's page: by its name, or by its id where it has none."""
    return reverse(ROOM_VIEWS[room.type], args=[room.name or room.public_id])


def message_path(message: Message) -> str:
    """Return the address that opens a message in its room."""
    return f"{room_path(message.room)}?msg={message.public_id}"
