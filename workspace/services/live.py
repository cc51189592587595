"""Publishes changes to connected clients: one row per change, written in the transaction of the change.

Services call these functions for what they change with a query (`update`, `bulk_create`). Rows that are saved or
deleted one by one are published by signals (`workspace/live/receivers.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import Error, connection, transaction
from django.utils import timezone

from workspace.database.copying import rows_copy
from workspace.logs.events import LogEvent
from workspace.models import LiveEvent, LiveKind, Message, Presence, Room, User
from workspace.selectors.presence import visible_presence
from workspace.wakeups import announce

LIVE_NOT_ANNOUNCED = LogEvent(
    "live.not_announced",
    "New events for open pages could not be announced. The web processes find them a little later.",
    level=logging.ERROR,
)

# The channel that wakes the web processes. The payload is empty if there are rows to read; otherwise it is a transient
# event (workspace/services/room_activity.py).
CHANNEL = "callboard_live"
EVENTS_KEPT = timedelta(minutes=10)
# How many members one row names, and how many rows are deleted at once.
MEMBERS_PER_ROW = 1000
PRUNE_BATCH = 5000


def publish(
    *, kind: LiveKind, room: int | None = None, user: int | None = None, message: int | None = None, args: Any = None
) -> None:
    """Write a live event; rooms, users and messages are given by key. Web processes are woken after the commit."""
    LiveEvent.objects.create(kind=kind, room_key=room, user_key=user, message_key=message, args=args)
    wake_readers()


def publish_message(*, message: Message, is_new: bool = False) -> None:
    """Publish a new or changed message. A new one also changes its room and the subscriptions of all members."""
    publish(kind=LiveKind.MESSAGE, room=message.room_id, message=message.pk, args={"new": True} if is_new else None)


def publish_new_messages(*, messages: Sequence[Message]) -> None:
    """Publish several new messages at once."""
    rows_copy(
        source=Message.objects.filter(pk__in=[message.pk for message in messages]).order_by("pk"),
        model=LiveEvent,
        columns={"room_key": "room_id", "message_key": "pk"},
        constants={"kind": LiveKind.MESSAGE, "args": {"new": True}},
    )
    wake_readers()


def publish_message_deleted(*, message: Message) -> None:
    """Publish the deletion of a message."""
    publish(
        kind=LiveKind.MESSAGE_DELETED,
        room=message.room_id,
        args={"room": message.room.public_id, "id": message.public_id},
    )


def publish_room(*, room: Room) -> None:
    """Publish a change of a room, such as its name, type or topic."""
    publish(kind=LiveKind.ROOM, room=room.pk, args={"room": room.public_id})


def publish_subscriptions(*, room: Room | int | None, users: Collection[int] | None = None) -> None:
    """Publish a change of subscriptions: of these users (given by key), or of all members of the room.

    Without a room, all subscriptions of the users have changed.
    """
    key = room.pk if isinstance(room, Room) else room
    if users is None:
        publish(kind=LiveKind.SUBSCRIPTIONS, room=key)
        return
    for part in parts_of(sorted(users)):
        if len(part) == 1:
            publish(kind=LiveKind.SUBSCRIPTIONS, room=key, user=part[0])
        else:
            publish(kind=LiveKind.SUBSCRIPTIONS, room=key, args={"users": part})


def publish_members_added(*, room: Room, users: Iterable[int]) -> None:
    """Publish new members of a room, given by key."""
    for part in parts_of(users):
        publish(kind=LiveKind.MEMBERS_ADDED, room=room.pk, args={"users": part})


def publish_members_removed(*, room: Room, members: Iterable[tuple[int, str]]) -> None:
    """Publish that memberships have ended; each consists of the user's key and the public id of the subscription."""
    for part in parts_of(members):
        args = {"room": room.public_id, "members": [list(member) for member in part]}
        publish(kind=LiveKind.MEMBERS_REMOVED, room=room.pk, args=args)


def publish_user(*, user: User, fields: Collection[str]) -> None:
    """Publish a change of an account; `fields` are the changed columns."""
    publish(kind=LiveKind.USER, user=user.pk, args={"fields": sorted(fields)})


def publish_preferences(*, user: User) -> None:
    """Publish changed preferences of an account, to its own clients."""
    publish(kind=LiveKind.PREFERENCES, user=user.pk)


def publish_settings(*, ids: Iterable[str]) -> None:
    """Publish changed settings of the workspace."""
    publish(kind=LiveKind.SETTINGS, args={"ids": sorted(ids)})


def publish_presences(*, users: Iterable[int] | None = None) -> None:
    """Publish a change of what others see of the presence of these users, given by key; None means of anyone's."""
    if users is None:
        publish(kind=LiveKind.PRESENCE)
        return
    for part in parts_of(users):
        publish(kind=LiveKind.PRESENCE, args={"users": part})


def publish_visible_presences(*, presences: Iterable[Presence]) -> None:
    """Publish those of the presences, which were just saved, that others now see differently than before."""
    at, changed = timezone.now(), []
    for presence in presences:
        columns = presence.visible_columns()
        if visible_presence(columns, at) != visible_presence(presence.loaded, at):
            changed.append(presence.pk)
        presence.loaded = columns
    if changed:
        publish_presences(users=changed)


def parts_of(items: Iterable[Any]) -> Iterable[Sequence[Any]]:
    """Yield the items in lists that are short enough for a row."""
    iterator = iter(items)
    while part := list(islice(iterator, MEMBERS_PER_ROW)):
        yield part


def wake_readers() -> None:
    """Wake the web processes once after the current transaction has been committed.

    The announcement is a separate statement: inside transactions, announcements would force them to commit one after
    the other.
    """
    if not any(entry[1] is announce_rows for entry in connection.run_on_commit):
        transaction.on_commit(announce_rows)


def announce_rows() -> None:
    """Announce that there are new rows; if the database is unavailable, the web processes find them later."""
    try:
        announce(CHANNEL)
    except Error:
        LIVE_NOT_ANNOUNCED.exception()


def prune_live_events() -> int:
    """Delete a batch of rows that every connected client has received; return how many."""
    oldest = list(LiveEvent.objects.order_by("pk").values_list("pk", flat=True)[:PRUNE_BATCH])
    before = timezone.now() - EVENTS_KEPT
    deleted, _by_model = LiveEvent.objects.filter(pk__in=oldest, created_at__lt=before).delete()
    return deleted
