"""The e-mail of a notification."""

from __future__ import annotations

import uuid
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext

from push.content.texts import said_in, shown_name
from push.models import PushSettings
from push.selectors.items import Item
from workspace.models import GeneralSettings, Message, Room, RoomType

PATHS = {RoomType.CHANNEL.value: "channel", RoomType.PRIVATE.value: "group", RoomType.DIRECT.value: "direct"}


def email_of(item: Item) -> EmailMessage:
    """Return an item's e-mail in the receiver's language: what was said, where the privacy settings allow it."""
    message = item.notification.message
    with translation.override(item.user.language or settings.LANGUAGE_CODE):
        subject = subject_of(item)
        lines = [
            heading_of(item),
            said_in(message, item.user),
            gettext("Open it: %(address)s") % {"address": room_url(item.room, message)},
        ]
    return EmailMessage(
        subject=" ".join(subject.split()),
        body="\n\n".join(line for line in lines if line) + "\n",
        to=[item.address],
        headers={"Message-ID": message_id_of(item), "Auto-Submitted": "auto-generated"},
    )


def subject_of(item: Item) -> str:
    """Return the subject; it names the room or sender only where names may be shown."""
    site = GeneralSettings.current().site_name
    if not PushSettings.current().show_username_room:
        return f"[{site}] " + gettext("You have a new message")
    name = shown_name(item.notification.message.sender)
    if item.room.is_direct:
        return f"[{site}] " + gettext("Direct message from %(name)s") % {"name": name}
    return f"[{site}] " + gettext("%(name)s wrote in #%(room)s") % {"name": name, "room": item.room.name}


def heading_of(item: Item) -> str:
    """Return the line above the message: who wrote it, where names may be shown."""
    if not PushSettings.current().show_username_room:
        return ""
    return gettext("%(name)s wrote:") % {"name": shown_name(item.notification.message.sender)}


def room_url(room: Room, message: Message) -> str:
    """Return the address that opens the message in its room; it names the room by its name only if names show."""
    names_show = PushSettings.current().show_username_room and not room.is_direct
    name = room.name if names_show else room.public_id
    return f"{settings.SITE_URL}/{PATHS[room.type]}/{name}?msg={message.public_id}"


def message_id_of(item: Item) -> str:
    """Return the e-mail's identity, the same for every retry, so that mail programs can tell a repetition."""
    unique_id = GeneralSettings.current().unique_id
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'{unique_id}/{item.key}/email')}@{domain}>"
