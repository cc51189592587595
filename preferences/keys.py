"""What clients call each preference, and the values that they know; declared once, for reading and for writing.

A preference of the account that the workspace has a default for is called as the default's setting is, without its
prefix: what is declared there needs no line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from preferences.models import AccountPreferences, AccountsSettings, Level, RoomPreferences, Sound
from preferences.models.defaults import DEFAULT_USER_PREFERENCES, PREFIX

DEFAULT = "default"
LEVELS = (*Level.values, DEFAULT)
# What older clients call a preference.
ALIASES = {"mobileNotifications": "pushNotifications"}
# Preferences that mean something to clients only, stored for them as they are: a type, a range, the texts allowed, or,
# of lists of objects, the objects' fields. All that the chat server's own schema of `users.setPreferences` has.
ClientKey = type[bool] | type[str] | range | tuple[str, ...] | frozenset[str]
CLIENT_KEYS: Mapping[str, ClientKey] = {
    "enableMobileRinging": bool,
    "notifyCalendarEvents": bool,
    "masterVolume": range(101),
    "voipRingerVolume": range(101),
    "alsoSendThreadToChannel": (DEFAULT, "always", "never"),
    "clockMode": range(3),
    "messageViewMode": range(3),
    **dict.fromkeys(
        (
            *("useEmojis", "convertAsciiEmoji", "saveMobileBandwidth", "collapseMediaByDefault", "autoImageLoad"),
            *("showThreadsInMainChannel", "showMessageInMainThread", "hideUsernames", "hideRoles", "displayAvatars"),
            *("hideFlexTab", "sidebarShowFavorites", "sidebarShowUnread", "sidebarDisplayAvatar", "sidebarGroupByType"),
            *("omnichannelTranscriptEmail", "omnichannelTranscriptPDF", "omnichannelHideConversationAfterClosing"),
            *("mentionsWithSymbol", "enableNewMessageTemplate", "useLegacyMessageTemplate"),
        ),
        bool,
    ),
    **dict.fromkeys(
        (
            *("sendOnEnter", "sidebarSortby", "sidebarViewMode", "themeAppearence", "themeAppearance", "fontSize"),
            "presenceMode",
        ),
        str,
    ),
    "dontAskAgainList": frozenset({"action", "label"}),
    "featuresPreview": frozenset({"name", "value"}),
}
CLIENT_TEXT_LENGTH = 64
CLIENT_LIST_LENGTH = 100
ROOM_FIELDS = {
    "disableNotifications": "notifications_disabled",
    "muteGroupMentions": "group_mentions_muted",
    "hideUnreadStatus": "unread_hidden",
    "hideMentionStatus": "mentions_hidden",
    "desktopNotifications": "desktop",
    "mobilePushNotifications": "push",
    "emailNotifications": "email",
    "audioNotifications": "audio",
    "audioNotificationValue": "sound",
    "desktopNotificationDuration": "desktop_duration",
    "unreadAlert": "unread_alert",
}
# The room's sounds as clients tell and compare them: an id, a space, and its English name.
DEFAULT_SOUND = "0 Default"


def account_fields() -> dict[str, models.Field[Any, Any]]:
    """Return the account's fields by what clients call them: all that the workspace has a default for."""
    own = {field.name: field for field in AccountPreferences._meta.concrete_fields}
    return {
        declaration.id.removeprefix(PREFIX): own[field.name]
        for declaration, field in AccountsSettings.declared_fields()
        if declaration.section == DEFAULT_USER_PREFERENCES and field.name in own
    }


def room_fields() -> dict[str, models.Field[Any, Any]]:
    """Return the fields of a room's preferences by what clients call them."""
    own = {field.name: field for field in RoomPreferences._meta.concrete_fields}
    return {key: own[name] for key, name in ROOM_FIELDS.items()}


def sound_told(sound: str) -> str:
    """Return a room's sound as clients tell it."""
    return f"{sound} {sound.capitalize()}" if sound else DEFAULT_SOUND


def sound_read(told: str) -> str | None:
    """Return the sound that a client tells, with or without what people read; None for one that there is not."""
    name = told.split(" ")[0]
    if name in ("0", DEFAULT):
        return ""
    return name if name in Sound.values else None
