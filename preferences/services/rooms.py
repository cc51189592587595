"""Saving what a member chose for one room."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from preferences.models import IgnoredSender, RoomPreferences
from preferences.services.rows import choices_save, has_choices
from workspace.models import Subscription, User
from workspace.models.history import former_rows_save


class RoomChoices(TypedDict, total=False):
    """What may be chosen; an empty text and None leave it to the account.

    `desktop_duration`: seconds that a desktop notification stays, 0 for as long as the browser shows it.
    """

    desktop: str
    push: str
    email: str
    notifications_disabled: bool
    group_mentions_muted: bool
    unread_hidden: bool
    mentions_hidden: bool
    audio: str
    sound: str
    desktop_duration: int | None
    unread_alert: str


@transaction.atomic
def room_preferences_save(*, subscription: Subscription, **choices: Unpack[RoomChoices]) -> None:
    """Change some of the member's choices for the room; the others stay as they are.

    Raises ValidationError, saving nothing, for a value that cannot be chosen.
    """
    subscriptions_touch(Subscription.objects.filter(pk=subscription.pk))
    row = RoomPreferences.objects.filter(subscription=subscription).first()
    choices_save(row or RoomPreferences(subscription=subscription, room_id=subscription.room_id), choices)


@transaction.atomic
def rooms_preferences_change(*, user: User, subscriptions: Collection[int], **choices: Unpack[RoomChoices]) -> int:
    """Change some of the user's choices for several rooms at once; returns how many of them are the user's rooms.

    Raises ValidationError, saving nothing, for a value that cannot be chosen.
    """
    mine = Subscription.objects.filter(user=user, pk__in=subscriptions).order_by("pk").select_for_update()
    rooms = dict(mine.values_list("pk", "room_id"))
    subscriptions_touch(Subscription.objects.filter(pk__in=rooms))
    stored = RoomPreferences.objects.in_bulk(list(rooms))
    rows = [stored.get(key) or RoomPreferences(subscription_id=key, room_id=room) for key, room in rooms.items()]
    for row in rows:
        for name, value in choices.items():
            setattr(row, name, value)
        row.clean_fields()
    former_rows_save(rows=RoomPreferences.objects.filter(pk__in=rooms))
    kept = [row for row in rows if has_choices(row)]
    RoomPreferences.objects.bulk_update([row for row in kept if row.pk in stored], list(choices))
    RoomPreferences.objects.bulk_create([row for row in kept if row.pk not in stored])
    # Rows without a choice are not kept; what they held is noted already.
    emptied = set(stored) - {row.pk for row in kept}
    RoomPreferences.objects.filter(pk__in=emptied).delete()
    return len(rooms)


@transaction.atomic
def rooms_preferences_reset(*, user: User, subscriptions: Collection[int]) -> int:
    """Let rooms of the user inherit everything again, and notice everybody; returns how many of them are theirs."""
    mine = Subscription.objects.filter(user=user, pk__in=subscriptions)
    count = subscriptions_touch(mine)
    RoomPreferences.objects.filter(subscription__in=mine).delete()
    IgnoredSender.objects.filter(subscription__in=mine).delete()
    return count


@transaction.atomic
def sender_ignore(*, subscription: Subscription, sender: User, ignore: bool = True) -> None:
    """Let the member ignore somebody's messages in this room, or stop ignoring them; either may be repeated."""
    subscriptions_touch(Subscription.objects.filter(pk=subscription.pk))
    if ignore:
        IgnoredSender.objects.get_or_create(subscription=subscription, sender=sender)
    else:
        IgnoredSender.objects.filter(subscription=subscription, sender=sender).delete()


def subscriptions_touch(subscriptions: QuerySet[Subscription]) -> int:
    """Hold the subscriptions until the transaction ends, and let clients that ask what has changed learn of them.

    Returns how many there are.
    """
    return subscriptions.update(updated_at=timezone.now())
