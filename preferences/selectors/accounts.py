"""Reads an account's preferences, including the workspace's defaults, in the form that clients use."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from preferences.keys import ALIASES, CLIENT_KEYS, DEFAULT, account_fields
from preferences.models import AccountPreferences
from preferences.selectors.effective import account_choices, effective_value
from preferences.selectors.highlights import highlight_words_of
from preferences.selectors.quiet import quiet_state_of
from workspace.models import User
from workspace.selectors.accounts import time_zone_of
from workspace.stored_json import value_or
from workspace.time_zones import utc_offset

# Clients offer "default" as a choice for these. For all others, they get the effective value.
SHOWN_AS_DEFAULT = ("desktop", "push")


def account_preferences_by_key(user: User) -> dict[str, Any]:
    """Return all of the account's preferences by API name."""
    own, now = account_choices(user), timezone.now()
    values = {
        key: getattr(own, field.name) or DEFAULT if field.name in SHOWN_AS_DEFAULT else effective_value(own, field.name)
        for key, field in account_fields().items()
    }
    quiet = quiet_state_of(user, now)
    return {
        **values,
        **{alias: values[key] for alias, key in ALIASES.items()},
        "highlights": highlight_words_of(user),
        "language": user.language,
        "timeZone": time_zone_of(user),
        "utcOffset": utc_offset(time_zone_of(user), now),
        "quietHours": quiet.own_hours if quiet.choice == "own" else quiet.choice or DEFAULT,
        "quietHoursLetMentionsThrough": quiet.lets_mentions_through,
        "quietHoursPausedUntil": quiet.paused_until,
        **client_choices_of(own),
    }


def client_choices_of(preferences: AccountPreferences) -> dict[str, Any]:
    """Return what is stored for clients, under the keys that this version knows."""
    stored = client_choices_stored(preferences)
    return {key: stored[key] for key in CLIENT_KEYS if key in stored}


def client_choices_stored(preferences: AccountPreferences) -> dict[str, Any]:
    """Return what is stored for clients, under keys of other versions as well."""
    return value_or(dict[str, Any], preferences.client_choices, {}, name="AccountPreferences.client_choices")
