"""Ending an account's e-mails altogether."""

from __future__ import annotations

from django.db import transaction

from preferences.models import Level, RoomPreferences
from preferences.services.accounts import account_preferences_save
from preferences.services.rooms import room_preferences_save
from workspace.models import User


@transaction.atomic
def emails_end(*, user: User) -> None:
    """Set the account's e-mail preference to nothing, and let rooms with a choice of their own follow it."""
    account_preferences_save(user=user, email=Level.NOTHING)
    wanting = RoomPreferences.objects.filter(subscription__user=user, email__in=[Level.ALL, Level.MENTIONS])
    for row in wanting.select_related("subscription"):
        room_preferences_save(subscription=row.subscription, email="")
