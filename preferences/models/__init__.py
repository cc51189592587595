from preferences.models.account import AccountPreferences, HighlightWord
from preferences.models.choices import Level
from preferences.models.defaults import AccountsSettings
from preferences.models.room import IgnoredSender, RoomPreferences

__all__ = [
    "AccountPreferences",
    "AccountsSettings",
    "HighlightWord",
    "IgnoredSender",
    "Level",
    "RoomPreferences",
]
