"""Saves a member's preferences for single rooms."""

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
from workspace.services.live import publish_subscriptions


class RoomChoices(TypedDict, total=False):
    """The preferences that can be set. An empty text or None means the account's preference.

    `desktop_duration` is how many seconds a desktop notification stays; 0 leaves that to the browser.
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
    """Change the given preferences of the member for the room; the others stay unchanged.

    Raises ValidationError, saving nothing, if a value is invalid.
    """
    subscriptions_touch(Subscription.objects.filter(pk=subscription.pk))
    row = RoomPreferences.objects.filter(subscription=subscription).first()
    choices_save(row or RoomPreferences(subscription=subscription, room_id=subscription.room_id), choices)


@transaction.atomic
def rooms_preferences_change(*, user: User, subscriptions: Collection[int], **choices: Unpack[RoomChoices]) -> int:
    """Change the given preferences of the user for several rooms; returns how many of them are the user's rooms.

    Raises ValidationError, saving nothing, if a value is invalid.
    """
    own = Subscription.objects.filter(user=user, pk__in=subscriptions).order_by("pk").select_for_update()
    rooms = dict(own.values_list("pk", "room_id"))
    subscriptions_touch(Subscription.objects.filter(pk__in=rooms))
    stored = RoomPreferences.objects.in_bulk(list(rooms))
    rows = [stored.get(key) or RoomPreferences(subscription_id=key, room_id=room) for key, room in rooms.items()]
    for row in rows:
        for name, value in choices.items():
            setattr(row, name, value)
        row.clean_fields()
    former_rows_save(rows=RoomPreferences.objects.filter(pk__in=rooms))
    chosen = [row for row in rows if has_choices(row)]
    RoomPreferences.objects.bulk_update([row for row in chosen if row.pk in stored], list(choices))
    RoomPreferences.objects.bulk_create([row for row in chosen if row.pk not in stored])
    # Rows without any choice are deleted; their history was saved above.
    emptied = set(stored) - {row.pk for row in chosen}
    RoomPreferences.objects.filter(pk__in=emptied).delete()
    return len(rooms)


@transaction.atomic
def rooms_preferences_reset(*, user: User, subscriptions: Collection[int]) -> int:
    """Reset the preferences for the user's rooms, including ignored senders; returns the number of rooms."""
    own = Subscription.objects.filter(user=user, pk__in=subscriptions)
    count = subscriptions_touch(own)
    RoomPreferences.objects.filter(subscription__in=own).delete()
    IgnoredSender.objects.filter(subscription__in=own).delete()
    return count


@transaction.atomic
def sender_ignore(*, subscription: Subscription, sender: User, ignore: bool = True) -> None:
    """Ignore a sender's messages in this room for the member, or stop ignoring them. Safe to repeat."""
    subscriptions_touch(Subscription.objects.filter(pk=subscription.pk))
    if ignore:
        IgnoredSender.objects.get_or_create(subscription=subscription, sender=sender)
    else:
        IgnoredSender.objects.filter(subscription=subscription, sender=sender).delete()


def subscriptions_touch(subscriptions: QuerySet[Subscription]) -> int:
    """Lock the subscriptions until the end of the transaction, and mark them as changed for clients.

    Their users' clients are informed. Returns the number of subscriptions.
    """
    touched = list(subscriptions.values_list("room_id", "user_id"))
    if len(touched) == 1:
        ((room, user),) = touched
        publish_subscriptions(room=room, users=[user])
    elif touched:
        publish_subscriptions(room=None, users={user for _room, user in touched})
    return subscriptions.update(updated_at=timezone.now())
