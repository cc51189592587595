"""Access to the rooms and messages in URLs and forms, for users who may read them."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workspace.addresses import message_path
from workspace.errors import ApplicationError
from workspace.models import Message, Room, User
from workspace.selectors.messages import message_shown_to
from workspace.selectors.rooms import room_readable_by

# User-friendly texts for the error codes of services.
ERROR_TEXTS: dict[str, str | Promise] = {
    "error-not-allowed": _("You may not do that in this room."),
    "error-room-archived": _("The room is archived. You can read it, but not post in it."),
    "room_is_read_only": _("Only some members may post in this room."),
    "error-message-size-exceeded": _("The message is too long. The limit is 5,000 characters."),
    "error-action-not-allowed": _("You may not change this message."),
    "error-invalid-message": _("The message no longer exists."),
    "error-you-are-last-owner": _("You are the last owner of this room. Make somebody else an owner before you leave."),
    "error-user-not-in-room": _("You are not a member of this room."),
    "error-invalid-room-name": _("Room names may contain letters, digits, dots, dashes and underscores."),
    "error-duplicate-channel-name": _("A room with this name already exists. Choose another name."),
    "error-unauthorized": _("Your roles do not allow this."),
    "error-invalid-user": _("There is no user with this name. Enter a username such as ana."),
    "error-code-required": _("Joining this channel requires a code. Enter it below."),
    "error-code-invalid": _("This is not the channel's join code."),
    "error-direct-message-max-user-exceeded": _("A direct message can have at most 8 members."),
}


def error_text(error: ApplicationError) -> str:
    """Return a user-friendly text for an error of a service."""
    return str(ERROR_TEXTS.get(error.code, error.message or error.code))


def room_or_404(user: User, *, public_id: str = "", name: str = "", type: str = "") -> Room:
    """Return a room that the user may read; raises Http404 for any other."""
    try:
        room = room_readable_by(user=user, public_id=public_id, name=name)
    except ApplicationError as error:
        raise Http404 from error
    if type and room.type != type:
        raise Http404
    return room


def room_from_url(user: User, *, type: str, name: str) -> Room:
    """Return the room with this id, else the one with this name; raises Http404 for any that the user may not read."""
    try:
        return room_or_404(user, public_id=name, type=type)
    except Http404:
        return room_or_404(user, name=name, type=type)


def message_or_404(user: User, public_id: str) -> Message:
    """Return a message by a person that the user may read; raises Http404 for any other."""
    message = message_shown_to(user=user, public_id=public_id)
    if message is None or message.is_system:
        raise Http404
    return message


def thread_path(message: Message) -> str:
    """Return the URL of the thread that a message starts or belongs to."""
    return reverse("thread", args=[(message.parent or message).public_id])


def message_url(message: Message) -> str:
    """Return the URL that shows a message."""
    if message.is_thread_reply:
        return f"{thread_path(message)}?msg={message.public_id}"
    return message_path(message)
