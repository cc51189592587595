from preferences.models.account import AccountPreferences, HighlightWord
from preferences.models.choices import Level, Sound
from preferences.models.defaults import AccountsSettings
from preferences.models.quiet import QuietChoice, QuietHours, QuietPeriod, QuietSchedule
from preferences.models.room import IgnoredSender, RoomPreferences
from preferences.models.sign_ins import SignInAlert, SignInTrait, TraitKind

__all__ = [
    "AccountPreferences",
    "AccountsSettings",
    "HighlightWord",
    "IgnoredSender",
    "Level",
    "QuietChoice",
    "QuietHours",
    "QuietPeriod",
    "QuietSchedule",
    "RoomPreferences",
    "SignInAlert",
    "SignInTrait",
    "Sound",
    "TraitKind",
]
