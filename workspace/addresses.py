"""The URLs of this site's pages, for clients, e-mails and notifications."""

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
    """Return the absolute URL of a path on this site, as returned by `reverse`.

    Outside of requests, `reverse` omits the path of the site; it is added if missing.
    """
    site = urlsplit(settings.SITE_URL)
    if site.path and not path.startswith(f"{site.path}/"):
        path = site.path + path
    return f"{site.scheme}://{site.netloc}{path}"


def documentation_url(page: str) -> str:
    """Return the URL of a page of the documentation, such as `cloud.md`; empty if `DOCS_URL` is not set."""
    return f"{settings.DOCS_URL}/{page.removesuffix('.md')}.html" if settings.DOCS_URL else ""


def room_path(room: Room) -> str:
    """Return the URL of a room's page, with the room's name or, if it has none, its id."""
    return reverse(ROOM_VIEWS[room.type], args=[room.name or room.public_id])


def message_path(message: Message) -> str:
    """Return the URL that opens a message in its room."""
    return f"{room_path(message.room)}?msg={message.public_id}"
