"""Drops, hurries and retries notifications in the queue, and records their outcomes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from push.models import (
    IS_UNFINISHED,
    Answer,
    Attempt,
    ClaimedItem,
    EndReason,
    LostItem,
    Notification,
    State,
    is_waiting,
)
from push.monitoring.counting import ended_rows_count
from push.rules.delays import first_due
from push.rules.quiet_hours import quiet_in_use
from push.services.quiet import items_hold
from push.waking import alarm, wake
from workspace.errors import ApplicationError
from workspace.models import Message, Room, User


@transaction.atomic
def room_items_drop(*, user: User, room: Room) -> int:
    """Drop the waiting items of a member who has read the room; return how many."""
    waiting = Notification.objects.filter(is_waiting(), user=user, room=room)
    return drop_queued(waiting, EndReason.CLEARED_BY_READ)


@transaction.atomic
def thread_items_drop(*, user: User, thread: Message) -> int:
    """Drop the waiting items of a member who has read the thread; return how many."""
    waiting = Notification.objects.filter(is_waiting(), user=user, room=thread.room_id, message__parent=thread)
    return drop_queued(waiting, EndReason.CLEARED_BY_READ)


@transaction.atomic
def message_items_drop(*, message: Message) -> int:
    """Drop the waiting items of a deleted message; return how many."""
    return drop_queued(Notification.objects.filter(is_waiting(), message=message), EndReason.MESSAGE_GONE)


@transaction.atomic
def member_items_drop(*, user: User, room: Room) -> int:
    """Drop the waiting items of a user who is no longer a member of the room; return how many."""
    waiting = Notification.objects.filter(is_waiting(), user=user, room=room)
    return drop_queued(waiting, EndReason.ACCESS_LOST)


@transaction.atomic
def deleted_room_items_drop(*, room: Room) -> int:
    """Drop all waiting items of a room whose messages are deleted; return how many."""
    return drop_queued(Notification.objects.filter(is_waiting(), room=room), EndReason.MESSAGE_GONE)


@transaction.atomic
def item_send_now(*, notification: Notification) -> None:
    """Make a waiting item due now. Unless it is a retry, the member's other queued items are sent with it.

    Raises `error-not-waiting` for one that is being sent or has ended.
    """
    now = timezone.now()
    waiting = Notification.objects.filter(is_waiting(), pk=notification.pk)
    if not waiting.update(due_at=now, first_due_at=first_due(), held_from=None):
        raise not_waiting()
    Attempt.objects.filter(notification=notification, answer=Answer.RETRY, retry_at__gt=now).update(retry_at=now)
    wake("dispatch")


@transaction.atomic
def item_cancel(*, notification: Notification) -> None:
    """Cancel a waiting item. Raises `error-not-waiting` if it is being sent or has ended."""
    if not drop_queued(Notification.objects.filter(is_waiting(), pk=notification.pk), EndReason.CANCELLED):
        raise not_waiting()


@transaction.atomic
def item_retry(*, notification: Notification) -> None:
    """Return an item that ended unsent to the queue, due now, for one more try with each device.

    As a retry, it does not bring the member's other items forward. What prevented its sending is checked again. Raises
    `error-not-ended` if it was sent or is waiting.
    """
    now = timezone.now()
    ended = Notification.objects.filter(pk=notification.pk, state__in=[State.FAILED, State.DROPPED])
    reset = {"reason": "", "held_from": None, "finished_at": None}
    if not ended.update(state=State.RETRYING, due_at=now, first_due_at=first_due(), **reset):
        raise ApplicationError("error-not-ended", _("It was sent, or is still in the queue."))
    tries = Attempt.objects.filter(notification=notification).exclude(answer__in=[Answer.ACCEPTED, Answer.SENDING])
    tries.update(retry_at=now)
    wake("dispatch")


def not_waiting() -> ApplicationError:
    """Return the error for an item that can no longer be changed."""
    return ApplicationError("error-not-waiting", _("It is being sent, or has ended already."))


def drop_queued(waiting: models.QuerySet[Notification], reason: EndReason) -> int:
    """End the items with the reason. `waiting` does not contain items that are being sent."""
    LostItem.objects.filter(notification__in=waiting.values("pk")).delete()
    now = timezone.now()
    ended = waiting.update(state=State.DROPPED, reason=reason, finished_at=now)
    if ended:
        ended_rows_count(finished_at=now, reason=reason)
    return ended


def items_finish(
    *,
    keys: Collection[int],
    token: str,
    state: State,
    reason: str = "",
    due_at: datetime | None = None,
    lost: Collection[int] | None = None,
) -> int:
    """Record how items ended (or, with `due_at`, when they are retried), if `token` still holds them.

    Returns how many were recorded: an item whose claim was lost is recorded by its new owner. An item that was dropped
    while it was being sent stays dropped, unless it was sent. `lost` are the items that earlier workers may have lost,
    if the caller knows: while `token` holds the items, they are not lost again.
    """
    claimed = ClaimedItem.objects.filter(pk__in=keys, lease=token)
    held = Notification.objects.filter(Exists(claimed.filter(pk=OuterRef("pk"))), pk__in=keys)
    if state != State.SENT:
        held = held.filter(IS_UNFINISHED)
    put_off = {"due_at": due_at, "first_due_at": first_due(), "held_from": None}
    written = held.update(
        state=state, reason=reason, **({"finished_at": timezone.now()} if due_at is None else put_off)
    )
    lost = keys if lost is None else lost
    if lost:
        LostItem.objects.filter(Exists(claimed.filter(pk=OuterRef("pk"))), pk__in=lost).delete()
    claimed.delete()
    if due_at is not None:
        alarm(due_at)
        if quiet_in_use():
            items_hold(items=Notification.objects.filter(pk__in=keys, state=state))
    return written
