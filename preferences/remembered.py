"""Which preferences are remembered when they change."""

from __future__ import annotations

from preferences.models import AccountPreferences, HighlightWord, IgnoredSender, RoomPreferences
from workspace.history import remember

LEVELS = ("desktop", "push", "email")

remember(AccountPreferences, *LEVELS)
remember(
    RoomPreferences,
    "room_id",
    *LEVELS,
    "notifications_disabled",
    "group_mentions_muted",
    user="subscription__user_id",
)
remember(HighlightWord, "folded")
remember(IgnoredSender, "sender_id", "subscription_id", user="subscription__user_id")
