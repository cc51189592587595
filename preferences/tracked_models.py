"""Which preferences are remembered when they change."""

from __future__ import annotations

from preferences.models import AccountPreferences, HighlightWord, IgnoredSender, RoomPreferences
from workspace.history import track_history

LEVELS = ("desktop", "push", "email")

track_history(AccountPreferences, *LEVELS)
track_history(
    RoomPreferences,
    "room_id",
    *LEVELS,
    "notifications_disabled",
    "group_mentions_muted",
    user="subscription__user_id",
)
track_history(HighlightWord, "folded")
track_history(IgnoredSender, "sender_id", "subscription_id", user="subscription__user_id")
