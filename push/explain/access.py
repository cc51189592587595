"""Who may see which explanations: users their own, for messages they can read; others with a permission."""

from __future__ import annotations

from workspace.errors import ApplicationError, MissingPermissionError
from workspace.models import Message, User
from workspace.selectors.accounts import user_by_username
from workspace.selectors.rooms import can_read

EXPLAIN_PERMISSION = "push.explain_notifications"


def explainable_message(*, asker: User, public_id: str) -> Message:
    """Return the message if the asker may see explanations for it. A message they cannot read counts as unknown.

    Raises `error-invalid-message`.
    """
    message = Message.objects.select_related("room", "sender").filter(public_id=public_id).first()
    if message is None or not (asker.has_perm(EXPLAIN_PERMISSION) or can_read(user=asker, room=message.room)):
        raise ApplicationError("error-invalid-message", "Invalid message")
    return message


def explainable_user(*, asker: User, username: str) -> User:
    """Return the user whose notification is explained: the asker, unless another username is given.

    For another user, raises MissingPermissionError if the asker lacks the permission, and only then
    `error-invalid-user` for an unknown name, so that nobody can probe for usernames here.
    """
    if not username or username.lower() == asker.username.lower():
        return asker
    if not asker.has_perm(EXPLAIN_PERMISSION):
        raise MissingPermissionError()
    user = user_by_username(username)
    if user is None:
        raise ApplicationError("error-invalid-user", "Invalid user")
    return user
