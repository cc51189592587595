"""What preferences do when presence begins to be kept, or the workspace's defaults change."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver

from preferences.models import AccountsSettings
from preferences.selectors.idle import idle_limit_expression, idle_limit_of
from workspace.models import Presence
from workspace.services.presence import idle_limit_set


@receiver(pre_save, sender=Presence, dispatch_uid="preferences.presence_begin")
def presence_begin(instance: Presence, raw: bool, **_kwargs: Any) -> None:
    """Let a user's presence begin with the idle limit that the user or the workspace chose."""
    if instance._state.adding and not raw:
        instance.idle_limit = idle_limit_of(instance.user_id)


@receiver(post_save, sender=AccountsSettings, dispatch_uid="preferences.defaults_spread")
def defaults_spread(**_kwargs: Any) -> None:
    """Let a changed default reach everyone who has not chosen otherwise; others' limits are left as they are."""
    AccountsSettings.forget_cached()
    limit = idle_limit_expression()
    idle_limit_set(presences=Presence.objects.exclude(idle_limit=limit), seconds=limit)
