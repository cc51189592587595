"""Counting what a member has not read, and reading it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from workspace.errors import ApplicationError
from workspace.models import Mention, Message, Room, Subscription, User
from workspace.models.messages import ENCRYPTED
from workspace.signals import room_read


@transaction.atomic(savepoint=False)
def unread_count_add(*, message: Message, above: int = 0, upto: int | None = None) -> None:
    """Count a posted message for the members who have to be told of it; called once per message, by the worker.

    In a large room it is called part by part: for the members whose keys lie above the one and not above the other.

    Every message counts in a direct room; elsewhere, one that mentions the member by name or through `@all` or
    `@here`. Whoever has read the room since it was posted has read it.
    """
    if message.is_system or message.is_thread_reply:
        return
    waiting = (
        Subscription.objects.filter(room_id=message.room_id)
        .exclude(user_id=message.sender_id)
        .filter(Q(last_seen_at=None) | Q(last_seen_at__lt=message.accepted_at), user_id__gt=above)
    )
    if upto is not None:
        waiting = waiting.filter(user_id__lte=upto)
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


@transaction.atomic
def room_mark_unread(*, user: User, room: Room, first: str = "") -> None:
    """Let the member have read the room only up to a message of somebody else's: the one of the public id, or the last.

    What they have not read then is counted as it was when it came. Raises `error-action-not-allowed` if there is no
    such message.
    """
    said = Message.objects.filter(room=room, deleted_at=None, type__in=["", ENCRYPTED]).exclude(sender=user)
    shown = said.filter(Q(parent=None) | Q(is_shown_in_room=True))
    found = shown.filter(public_id=first).first() if first else shown.order_by("-accepted_at", "-pk").first()
    if found is None:
        raise ApplicationError("error-action-not-allowed", _("There is no message of somebody else's to be unread."))
    unread = shown.filter(accepted_at__gte=found.accepted_at)
    named = unread.filter(Exists(Mention.objects.filter(message=OuterRef("pk"), user=user)))
    called = unread.filter(Q(mentions_all=True) | Q(mentions_here=True))
    counted = unread if room.is_direct else named | called
    Subscription.objects.filter(user=user, room=room).update(
        unread=counted.count(),
        user_mentions=named.count(),
        group_mentions=called.count(),
        is_open=True,
        last_seen_at=found.accepted_at - timedelta(microseconds=1),
        updated_at=timezone.now(),
    )
