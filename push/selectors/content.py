"""The content of a notification about a message for one member, even if none was sent."""

from __future__ import annotations

from typing import Any, NamedTuple

from preferences.models import AccountsSettings
from push.content.options import push_content
from push.models import Channel, Notification
from push.selectors.items import Item, unread_sums
from workspace.database.prepared import PreparedQuery
from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Connection, Message, Subscription, User
from workspace.selectors.rooms import can_read_with, subscription_of

NOT_FOUND = "error-message-not-found"


class ReadableMessage(NamedTuple):
    """A message that a user may read, and their subscription to its room if they are a member."""

    message: Message
    subscription: Subscription | None


def message_readable_by(*, user: User, public_id: str) -> ReadableMessage:
    """Return the message if the user may read its room.

    Raises `error-message-not-found` if it does not exist or was deleted, and `error-not-allowed`.
    """
    message = message_rows.first(public_id)
    if message is None:
        raise ApplicationError(NOT_FOUND, NOT_FOUND)
    subscription = subscription_of(user=user, room=message.room)
    if not can_read_with(subscription, user=user, room=message.room):
        raise NotAllowedError(message="error-not-allowed")
    return ReadableMessage(message, subscription)


message_rows: PreparedQuery[Message] = PreparedQuery(
    lambda public_id: Message.objects.select_related("room", "sender", "parent").filter(
        public_id=public_id, deleted_at=None
    ),
    str,
)


def notification_content(*, user: User, message: Message, subscription: Subscription | None) -> dict[str, Any]:
    """Return the push options for the message and user, with the full content."""
    notification = Notification(user=user, message=message, room=message.room, channel=Channel.PUSH, pk=0)
    item = Item(
        notification=notification,
        subscription=subscription,
        connection=Connection.OFFLINE,
        always_display_mobile=AccountsSettings.current().always_display_mobile,
        may_view_directs=True,
        badge=unread_sums({user.pk}).get(user.pk, 0),
    )
    return push_content(item).shared
