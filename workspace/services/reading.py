"""Counting what a member has not read, and reading it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from workspace.models import Mention, Message, Room, Subscription, User
from workspace.signals import room_read


@transaction.atomic
def unread_count_add(*, message: Message) -> None:
    """Count a posted message for the members who have to be told of it; called once per message, by the worker.

    Every message counts in a direct room; elsewhere, one that mentions the member by name or through `@all` or
    `@here`. Whoever has read the room since it was posted has read it.
    """
    if message.is_system or message.is_thread_reply:
        return
    waiting = (
        Subscription.objects.filter(room_id=message.room_id)
        .exclude(user_id=message.sender_id)
        .filter(Q(last_seen_at=None) | Q(last_seen_at__lt=message.accepted_at))
    )
    mentioned = Exists(Mention.objects.filter(message=message, user=OuterRef("user")))
    now = timezone.now()
    if message.room.is_direct:
        waiting.update(unread=F("unread") + 1, is_open=True, updated_at=now)
        waiting.filter(mentioned).update(user_mentions=F("user_mentions") + 1)
    elif message.mentions_all or message.mentions_here:
        waiting.update(unread=F("unread") + 1, group_mentions=F("group_mentions") + 1, updated_at=now)
        waiting.filter(mentioned).update(user_mentions=F("user_mentions") + 1)
    else:
        members = Mention.objects.filter(message=message).values("user")
        waiting.filter(user__in=members).update(
            unread=F("unread") + 1, user_mentions=F("user_mentions") + 1, updated_at=now
        )


@transaction.atomic
def room_mark_read(*, user: User, room: Room) -> bool:
    """Record that the member has read the room up to now; returns whether they are a member at all."""
    now = timezone.now()
    changed = Subscription.objects.filter(user=user, room=room).update(
        unread=0, user_mentions=0, group_mentions=0, is_open=True, last_seen_at=now, updated_at=now
    )
    if changed:
        room_read.send(Subscription, user=user, room=room, at=now)
    return bool(changed)
