"""Whose notifications somebody may have explained: their own, of messages that they may read; or everyone's."""

from __future__ import annotations

from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import Message, User
from workspace.selectors.accounts import user_by_username
from workspace.selectors.rooms import can_read

EXPLAIN_PERMISSION = "push.explain_notifications"


def message_explicable(*, asker: User, public_id: str) -> Message:
    """Return the message when the asker may have it explained; one that they may not read is unknown to them.

    Raises `error-invalid-message`.
    """
    message = Message.objects.select_related("room", "sender").filter(public_id=public_id).first()
    if message is None or not (asker.has_perm(EXPLAIN_PERMISSION) or can_read(user=asker, room=message.room)):
        raise ApplicationError("error-invalid-message", "Invalid message")
    return message


def subject_explicable(*, asker: User, username: str) -> User:
    """Return the person whose notification is asked about: the asker, where no other is named.

    Raises MissingPermissionError for anyone else unless the asker may explain others' notifications, then
    `error-invalid-user` for an unknown name. So nobody learns here which names there are.
    """
    if not username or username.lower() == asker.username.lower():
        return asker
    if not asker.has_perm(EXPLAIN_PERMISSION):
        raise MissingPermissionError()
    person = user_by_username(username)
    if person is None:
        raise ApplicationError("error-invalid-user", "Invalid user")
    return person
