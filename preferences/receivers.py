"""Signal receivers: for sign-ins, new presence rows, and changed defaults and time zones."""

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
from preferences.services.accounts import account_data_delete
from preferences.services.quiet_schedules import schedules_update
from preferences.services.sign_ins import alerts_discard, sign_in_record
from preferences.sign_ins import facts_of
from preferences.signals import quiet_hours_changed
from workspace.logs.events import LogEvent
from workspace.models import GeneralSettings, Presence, User
from workspace.services.presence import idle_limit_set
from workspace.signals import account_deleted, installation_restored

SIGN_IN_NOT_RECORDED = LogEvent(
    "alert.sign_in_not_recorded",
    "A sign-in could not be recorded, so there is no e-mail about it.",
    {"user": "the number of the user"},
    logging.ERROR,
)

# Settings that affect the idle limits, the quiet hours or the time zones of all users.
IDLE_SETTINGS = frozenset({"auto_away", "idle_limit"})
QUIET_SETTINGS = frozenset({"quiet_hours", "lets_mentions_through"})
ZONE_SETTINGS = frozenset({"time_zone"})


@receiver(pre_save, sender=Presence, dispatch_uid="preferences.presence_begin")
def presence_begin(instance: Presence, raw: bool, **_kwargs: Any) -> None:
    """Set the idle limit of a new presence row to the user's choice, or else to the workspace's default."""
    if instance._state.adding and not raw:
        instance.idle_limit = idle_limit_of(instance.user_id)


@receiver(post_save, sender=AccountsSettings, dispatch_uid="preferences.defaults_apply")
def defaults_apply(update_fields: Collection[str] | None, **_kwargs: Any) -> None:
    """Apply changed defaults to all users without a choice of their own."""
    AccountsSettings.forget_cached()
    if may_have_changed(update_fields, IDLE_SETTINGS):
        limit = idle_limit_expression()
        idle_limit_set(presences=Presence.objects.exclude(idle_limit=limit), seconds=limit)
    if may_have_changed(update_fields, QUIET_SETTINGS):
        quiet_hours_refresh(None)


@receiver(post_save, sender=GeneralSettings, dispatch_uid="preferences.time_zone_apply")
def time_zone_apply(update_fields: Collection[str] | None, **_kwargs: Any) -> None:
    """Apply the workspace's changed time zone to the quiet hours of all users without a time zone of their own."""
    GeneralSettings.forget_cached()
    if may_have_changed(update_fields, ZONE_SETTINGS):
        quiet_hours_refresh(None)


def may_have_changed(update_fields: Collection[str] | None, names: frozenset[str]) -> bool:
    """Return True if a save may have changed one of these fields. Without `update_fields`, it may have changed any."""
    return update_fields is None or not names.isdisjoint(update_fields)


@receiver(post_save, sender=User, dispatch_uid="preferences.time_zone_follow")
def time_zone_follow(instance: User, update_fields: Collection[str] | None, created: bool, **_kwargs: Any) -> None:
    """Recompute a user's quiet hours after a change of their time zone."""
    if not created and may_have_changed(update_fields, ZONE_SETTINGS):
        quiet_hours_refresh(instance)


def quiet_hours_refresh(user: User | None) -> None:
    """Update the quiet periods, and signal that the quiet hours of a user (None: of all users) may have changed."""
    schedules_update()
    quiet_hours_changed.send(QuietHours, user=user)


@receiver(account_deleted, dispatch_uid="preferences.account_deleted")
def on_account_deleted(user: User, **_kwargs: Any) -> None:
    account_data_delete(user=user)


@receiver(user_logged_in, dispatch_uid="preferences.sign_in_observed")
def sign_in_observed(user: User, request: HttpRequest | None, **_kwargs: Any) -> None:
    """Record the browser and network of a sign-in. An error is logged and does not prevent the sign-in."""
    if request is None:
        return
    try:
        facts = facts_of(request)
        if facts.program or facts.network:
            sign_in_record(user=user, facts=facts, at=timezone.now())
    except Exception:
        SIGN_IN_NOT_RECORDED.exception(user=user.pk)


@receiver(installation_restored, dispatch_uid="preferences.restored")
def on_restored(*, keeps_queue: bool, **_kwargs: Any) -> None:
    """Do not send e-mails about sign-ins again."""
    if not keeps_queue:
        alerts_discard()
