"""The URLs of this site's pages, as clients, e-mails and notifications use them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from workspace.models import Message, Room, RoomType

ROOM_VIEWS = {
    RoomType.CHANNEL.value: "channel-page",
    RoomType.PRIVATE.value: "group-page",
    RoomType.DIRECT.value: "direct-page",
}


def absolute_url(path: str) -> str:
    """Return the full URL of a path of this site, as `reverse` returns it.

    Threads that serve no request do not know the site's own path; it is added where it is missing.
    """
    site = urlsplit(settings.SITE_URL)
    if site.path and not path.startswith(f"{site.path}/"):
        path = site.path + path
    return f"{site.scheme}://{site.netloc}{path}"


def room_path(room: Room) -> str:
    """Return the address of a room's page: by its name, or by its id where it has none."""
    return reverse(ROOM_VIEWS[room.type], args=[room.name or room.public_id])


def message_path(message: Message) -> str:
    """Return the address that opens a message in its room."""
    return f"{room_path(message.room)}?msg={message.public_id}"
