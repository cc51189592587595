"""The names and values of preferences in the API, declared once for reading and writing.

An account preference that has a workspace default gets its API name from the default's setting id, without the prefix.
Such preferences need no entry here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from preferences.models import AccountPreferences, AccountsSettings, Level, RoomPreferences, Sound
from preferences.models.defaults import DEFAULT_USER_PREFERENCES, PREFIX

DEFAULT = "default"
LEVELS = (*Level.values, DEFAULT)
# Names that older clients use.
ALIASES = {"mobileNotifications": "pushNotifications"}
# Preferences that only clients use; the server stores them unchanged. The value is a type, a range, the allowed texts,
# or, for a list of objects, the objects' fields. Taken from the chat server's schema of `users.setPreferences`.
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
# Clients write and compare a room's sound as its id, a space, and its English name.
DEFAULT_SOUND = "0 Default"


def account_fields() -> dict[str, models.Field[Any, Any]]:
    """Return the account's model fields by API name: all fields that have a workspace default."""
    own = {field.name: field for field in AccountPreferences._meta.concrete_fields}
    return {
        declaration.id.removeprefix(PREFIX): own[field.name]
        for declaration, field in AccountsSettings.declared_fields()
        if declaration.section == DEFAULT_USER_PREFERENCES and field.name in own
    }


def room_fields() -> dict[str, models.Field[Any, Any]]:
    """Return the model fields of a room's preferences by API name."""
    own = {field.name: field for field in RoomPreferences._meta.concrete_fields}
    return {key: own[name] for key, name in ROOM_FIELDS.items()}


def sound_for_clients(sound: str) -> str:
    """Return a room's sound in the form that clients use."""
    return f"{sound} {sound.capitalize()}" if sound else DEFAULT_SOUND


def sound_read(text: str) -> str | None:
    """Return the sound from a client's text, with or without the English name; None for an unknown sound."""
    name = text.split(" ")[0]
    if name in ("0", DEFAULT):
        return ""
    return name if name in Sound.values else None
