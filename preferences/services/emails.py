"""Turns off all notification e-mails of an account."""

from __future__ import annotations

from django.db import transaction

from preferences.models import Level, RoomPreferences
from preferences.services.accounts import account_preferences_save
from preferences.services.rooms import room_preferences_save
from workspace.models import User


@transaction.atomic
def emails_turn_off(*, user: User) -> None:
    """Set the account's e-mail preference to nothing, and reset rooms with a different e-mail preference."""
    account_preferences_save(user=user, email=Level.NOTHING)
    with_email = RoomPreferences.objects.filter(subscription__user=user, email__in=[Level.ALL, Level.MENTIONS])
    for row in with_email.select_related("subscription"):
        room_preferences_save(subscription=row.subscription, email="")
