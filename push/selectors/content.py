"""The content of a notification about a message for one member, even if none was sent."""

from __future__ import annotations

from typing import Any

from preferences.models import AccountsSettings
from push.content.options import push_content
from push.models import Channel, Notification
from push.selectors.items import Item, unread_sums
from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Connection, Message, User
from workspace.selectors.rooms import can_read, subscription_of

NOT_FOUND = "error-message-not-found"


def message_readable_by(*, user: User, public_id: str) -> Message:
    """Return the message if the user may read its room.

    Raises `error-message-not-found` if it does not exist or was deleted, and `error-not-allowed`.
    """
    messages = Message.objects.select_related("room", "sender", "parent")
    message = messages.filter(public_id=public_id, deleted_at=None).first()
    if message is None:
        raise ApplicationError(NOT_FOUND, NOT_FOUND)
    if not can_read(user=user, room=message.room):
        raise NotAllowedError(message="error-not-allowed")
    return message


def notification_content(*, user: User, message: Message) -> dict[str, Any]:
    """Return the push options for the message and user, with the full content."""
    notification = Notification(user=user, message=message, room=message.room, channel=Channel.PUSH, pk=0)
    item = Item(
        notification=notification,
        subscription=subscription_of(user=user, room=message.room),
        connection=Connection.OFFLINE,
        always_display_mobile=AccountsSettings.current().always_display_mobile,
        may_view_directs=True,
        badge=unread_sums({user.pk}).get(user.pk, 0),
    )
    return push_content(item).shared
