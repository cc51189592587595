"""Reading what an account chose, with the workspace's defaults where it chose nothing."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from preferences.keys import ALIASES, CLIENT_KEYS, DEFAULT, account_fields
from preferences.models import AccountPreferences
from preferences.selectors.effective import account_chosen, in_force
from preferences.selectors.highlights import highlight_words_of
from preferences.selectors.quiet import quiet_state_of
from workspace.models import User
from workspace.selectors.accounts import time_zone_of
from workspace.stored_json import value_or
from workspace.time_zones import utc_offset

# Clients let their user choose "default" for these; the value of all others is the one in force.
CHOSEN_AS_DEFAULT = ("desktop", "push")


def account_preferences_told(user: User) -> dict[str, Any]:
    """Return all of the account's preferences as clients know them."""
    own, now = account_chosen(user), timezone.now()
    told = {
        key: getattr(own, field.name) or DEFAULT if field.name in CHOSEN_AS_DEFAULT else in_force(own, field.name)
        for key, field in account_fields().items()
    }
    quiet = quiet_state_of(user, now)
    return {
        **told,
        **{alias: told[key] for alias, key in ALIASES.items()},
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
