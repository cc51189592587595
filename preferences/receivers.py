"""What preferences do when somebody signs in, presence begins to be kept, or defaults or time zones change."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from preferences.models import AccountsSettings, QuietHours
from preferences.selectors.idle import idle_limit_expression, idle_limit_of
from preferences.services.quiet_schedules import schedules_keep
from preferences.services.sign_ins import sign_in_note
from preferences.sign_ins import facts_of
from preferences.signals import quiet_hours_changed
from workspace.models import GeneralSettings, Presence, User
from workspace.services.presence import idle_limit_set

log = logging.getLogger(__name__)

# The settings that everyone's idle limit and quiet hours follow from; saving others concerns neither.
IDLE_SETTINGS = frozenset({"auto_away", "idle_limit"})
QUIET_SETTINGS = frozenset({"quiet_hours", "lets_mentions_through"})
ZONE_SETTINGS = frozenset({"time_zone"})


@receiver(pre_save, sender=Presence, dispatch_uid="preferences.presence_begin")
def presence_begin(instance: Presence, raw: bool, **_kwargs: Any) -> None:
    """Let a user's presence begin with the idle limit that the user or the workspace chose."""
    if instance._state.adding and not raw:
        instance.idle_limit = idle_limit_of(instance.user_id)


@receiver(post_save, sender=AccountsSettings, dispatch_uid="preferences.defaults_spread")
def defaults_spread(update_fields: Collection[str] | None, **_kwargs: Any) -> None:
    """Apply a changed default to everyone who has not chosen otherwise; other people's limits stay as they are."""
    AccountsSettings.forget_cached()
    if concerns(update_fields, IDLE_SETTINGS):
        limit = idle_limit_expression()
        idle_limit_set(presences=Presence.objects.exclude(idle_limit=limit), seconds=limit)
    if concerns(update_fields, QUIET_SETTINGS):
        quiet_hours_spread(None)


@receiver(post_save, sender=GeneralSettings, dispatch_uid="preferences.time_zone_spread")
def time_zone_spread(update_fields: Collection[str] | None, **_kwargs: Any) -> None:
    """Apply a changed time zone of the workspace to the quiet hours of everyone who has not chosen their own."""
    GeneralSettings.forget_cached()
    if concerns(update_fields, ZONE_SETTINGS):
        quiet_hours_spread(None)


def concerns(update_fields: Collection[str] | None, names: frozenset[str]) -> bool:
    """Return True if a save may have changed one of these fields; without `update_fields` it may have changed any."""
    return update_fields is None or not names.isdisjoint(update_fields)


@receiver(post_save, sender=User, dispatch_uid="preferences.time_zone_follow")
def time_zone_follow(instance: User, update_fields: Collection[str] | None, created: bool, **_kwargs: Any) -> None:
    """Let quiet hours follow a user into another time zone."""
    if not created and concerns(update_fields, ZONE_SETTINGS):
        quiet_hours_spread(instance)


def quiet_hours_spread(user: User | None) -> None:
    """Have the periods of what is now in force, and tell that a user's quiet hours, or everybody's, may be others."""
    schedules_keep()
    quiet_hours_changed.send(QuietHours, user=user)


@receiver(user_logged_in, dispatch_uid="preferences.sign_in_noted")
def sign_in_noted(user: User, request: HttpRequest | None, **_kwargs: Any) -> None:
    """Remember from where a user signs in, by whichever way; whatever goes wrong with that, the sign-in goes on."""
    if request is None:
        return
    try:
        facts = facts_of(request)
        if facts.program or facts.network:
            sign_in_note(user=user, facts=facts, at=timezone.now())
    except Exception:
        log.exception("A sign-in of %s could not be remembered.", user.username)
