"""Saving what a member chose for one room."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django.db import transaction

from preferences.models import IgnoredSender, RoomPreferences
from preferences.services.rows import choices_save
from workspace.models import Subscription, User


class RoomChoices(TypedDict, total=False):
    """What may be chosen; an empty level leaves it to the account."""

    desktop: str
    push: str
    email: str
    notifications_disabled: bool
    group_mentions_muted: bool


@transaction.atomic
def room_preferences_save(*, subscription: Subscription, **choices: Unpack[RoomChoices]) -> None:
    """Change some of the member's choices for the room; the others stay as they are.

    Raises ValidationError, saving nothing, for a value that cannot be chosen.
    """
    Subscription.objects.select_for_update().get(pk=subscription.pk)
    row = RoomPreferences.objects.filter(subscription=subscription).first()
    choices_save(row or RoomPreferences(subscription=subscription, room_id=subscription.room_id), choices)


@transaction.atomic
def sender_ignore(*, subscription: Subscription, sender: User, ignore: bool = True) -> None:
    """Let the member ignore somebody's messages in this room, or stop ignoring them; either may be repeated."""
    if ignore:
        IgnoredSender.objects.get_or_create(subscription=subscription, sender=sender)
    else:
        IgnoredSender.objects.filter(subscription=subscription, sender=sender).delete()
