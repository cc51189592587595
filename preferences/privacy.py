"""The sections of an export of a person's data with their preferences and sign-ins."""

from __future__ import annotations

from collections.abc import Iterator

from preferences.models import QuietHours, RoomPreferences, SignInAlert, SignInTrait
from preferences.selectors.accounts import account_preferences_by_key
from workspace.models import User
from workspace.privacy.sections import ExportSection, Row, sections_contribute
from workspace.selectors.rooms import room_title_for

# Columns that identify rows within the database only.
INTERNAL = ("id", "user_id", "subscription_id", "room_id")


def preference_rows(user: User) -> Iterator[Row]:
    """Yield the account's preferences, as clients see them."""
    yield account_preferences_by_key(user)


def quiet_hours_rows(user: User) -> Iterator[Row]:
    """Yield the person's quiet hours and pause."""
    rows = QuietHours.objects.filter(user=user)
    yield from rows.values("choice", "hours", "lets_mentions_through", "paused_until")


def room_preference_rows(user: User) -> Iterator[Row]:
    """Yield the person's preferences for single rooms."""
    rows = RoomPreferences.objects.filter(subscription__user=user).select_related("subscription__room").order_by("pk")
    for row in rows.iterator(1000):
        columns = [column.attname for column in row._meta.concrete_fields if column.attname not in INTERNAL]
        room = room_title_for(room=row.subscription.room, user=user)
        yield {"room": room, **{name: getattr(row, name) for name in columns}}


def sign_in_rows(user: User) -> Iterator[Row]:
    """Yield when known browsers and networks were last used. Only digests of them are stored."""
    yield from SignInTrait.objects.filter(user=user).order_by("pk").values("kind", "seen_at").iterator(1000)
    yield from SignInAlert.objects.filter(user=user).order_by("pk").values("program", "address", "at")


sections_contribute(
    ExportSection("preferences", preference_rows),
    ExportSection("quiet-hours", quiet_hours_rows),
    ExportSection("room-preferences", room_preference_rows),
    ExportSection("sign-ins", sign_in_rows),
)
