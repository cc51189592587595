"""What a client shows next to a room: how much of it a member has not read, and its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workspace.models import Message, Room, Subscription, User
from workspace.selectors.rooms import subscription_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomCounters:
    """The counters of a room for one user. Without a membership, `unread` and `mentions` are None."""

    subscription: Subscription | None
    unread: int | None
    mentions: int | None
    unread_since: datetime | None
    last_message_at: datetime


def room_counters(*, user: User, room: Room) -> RoomCounters:
    """Return the counters. A room that the user has hidden counts as one that they are not in.

    All messages since the last visit are unread, even those that do not notify the user. In direct rooms, these are the
    messages of others.
    """
    subscription = subscription_of(user=user, room=room)
    last = room.last_message_at or room.updated_at
    if subscription is None or not (subscription.is_open or room.is_direct):
        return RoomCounters(subscription=None, unread=None, mentions=None, unread_since=None, last_message_at=last)
    since = subscription.last_seen_at or subscription.joined_at
    if room.is_direct:
        unread = subscription.unread
    else:
        unread = Message.objects.filter(room=room, deleted_at=None, sent_at__gte=since).count()
    return RoomCounters(
        subscription=subscription,
        unread=unread,
        mentions=subscription.user_mentions,
        unread_since=since,
        last_message_at=last,
    )
