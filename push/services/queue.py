"""Taking notifications out of the queue because they have lost their point, and writing how they ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone

from push.models import IS_WAITING, EndReason, Notification, State
from workspace.models import Message, Room, User


@transaction.atomic
def room_items_clear(*, user: User, room: Room) -> int:
    """Drop what waits for a member who has read the room; returns how many items."""
    waiting = Notification.objects.filter(IS_WAITING, user=user, room=room)
    return items_drop(waiting, EndReason.CLEARED_BY_READ)


@transaction.atomic
def message_items_drop(*, message: Message) -> int:
    """Drop what waits to tell of a message that was deleted; returns how many items."""
    return items_drop(Notification.objects.filter(IS_WAITING, message=message), EndReason.MESSAGE_GONE)


@transaction.atomic
def member_items_drop(*, user: User, room: Room) -> int:
    """Drop what waits for a member who is not in the room any more; returns how many items."""
    waiting = Notification.objects.filter(IS_WAITING, user=user, room=room)
    return items_drop(waiting, EndReason.ACCESS_LOST)


def items_drop(waiting: models.QuerySet[Notification], reason: EndReason) -> int:
    """End the items with the reason; one that is being sent at this moment is none of them, and is sent."""
    return waiting.update(state=State.DROPPED, reason=reason, finished_at=timezone.now())


def items_finish(
    *, keys: Iterable[int], token: str, state: State, reason: str = "", due_at: datetime | None = None
) -> int:
    """Write how items ended (or, with `due_at`, when they are tried again), where `token` still holds them.

    Returns how many these were: an item whose claim was lost is its new owner's to write.
    """
    held = Notification.objects.filter(pk__in=keys, state=State.CLAIMED, claimed_by=token)
    ended = {"finished_at": timezone.now()} if due_at is None else {"due_at": due_at}
    return held.update(state=state, reason=reason, claimed_by="", claimed_until=None, **ended)
