"""The title and text of notifications, for pushes and open pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext

from push.content.cutting import shorten
from push.models import PushSettings
from push.selectors.items import Item
from workspace.attachments import attachments_text
from workspace.models import GeneralSettings, Message, Room, User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.events.texts import text_of
from workspace.selectors.localization import workspace_language

TITLE_LENGTH = 65
TEXT_LENGTH = 240
NAME_LENGTH = 65


@dataclass(frozen=True, slots=True)
class Texts:
    """The title (room or sender) and text of a notification."""

    title: str
    text: str


def texts_of(item: Item) -> Texts:
    """Return the title and text of an item, restricted by the privacy settings. Without names there is no title."""
    message = item.notification.message
    text = allowed_text(message, item.user)
    if not PushSettings.current().show_username_room:
        return Texts("", shorten(text, TEXT_LENGTH))
    return compose_texts(text, name=author_name(message), room=item.room)


def compose_texts(text: str, *, name: str, room: Room) -> Texts:
    """Return the title and text of a message by an author with this name in a room, shortened for lock screens."""
    if room.is_direct:
        return Texts(shorten(name, TITLE_LENGTH), shorten(text, TEXT_LENGTH))
    # Always include the name: apps remove it from the text if they show it elsewhere.
    return Texts(shorten(room_title(room), TITLE_LENGTH), shorten(f"{name}: {text}", TEXT_LENGTH))


def allowed_text(message: Message, receiver: User) -> str:
    """Return the message's text, or "You have a new message" if it is encrypted, empty or must not be shown."""
    if PushSettings.current().show_message:
        return full_text(message, receiver)
    return placeholder(receiver)


def full_text(message: Message, receiver: User) -> str:
    """Return the message's text, or that of its attachments, or "You have a new message"."""
    if message.type == ENCRYPTED:
        return placeholder(receiver)
    written, attached = text_of(message), attachments_text(message.attachments)
    text = written.strip()
    if message.integration_id and text and attached:
        # Programs often post a heading as text, and what has happened as attachments.
        return f"{text}\n{attached}"
    return written if text else attached or placeholder(receiver)


def placeholder(receiver: User) -> str:
    """Return the text shown instead of a message, in the receiver's language."""
    with translation.override(receiver.language or workspace_language()):
        return gettext("You have a new message")


def author_name(message: Message) -> str:
    """Return the name of a message's author for notifications: the alias if it has one, such as that of a webhook."""
    # Apps recognise the end of the name by the first colon.
    alias = message.alias.replace(":", "").strip()
    return shorten(alias, NAME_LENGTH) if alias else short_name(message.sender)


def short_name(user: User) -> str:
    """Return the user's name for notifications: the username, or the real name if the workspace uses real names.

    Long names are shortened to leave space for the text.
    """
    return shorten(user.display_name if GeneralSettings.current().use_real_name else user.username, NAME_LENGTH)


def room_title(room: Room) -> str:
    """Return the title of a room that has a name."""
    return f"#{room.name}"
