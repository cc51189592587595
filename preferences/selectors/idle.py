"""Reads idle limits: the seconds without activity after which a user is shown as away."""

from __future__ import annotations

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from preferences.models import AccountPreferences, AccountsSettings


def idle_limit_expression() -> Coalesce:
    """Return the effective idle limit as an expression over presences; 0 for never.

    The account's choices take precedence over the workspace's defaults. The limit is 0 if auto-away is off.
    """
    defaults = AccountsSettings.current()
    chosen = AccountPreferences.objects.filter(user=OuterRef("user")).annotate(
        limit=Case(
            When(auto_away=False, then=Value(0)),
            *([] if defaults.auto_away else [When(auto_away=None, then=Value(0))]),
            default=Coalesce(F("idle_limit"), Value(defaults.idle_limit), output_field=IntegerField()),
        )
    )
    default = defaults.idle_limit if defaults.auto_away else 0
    return Coalesce(Subquery(chosen.values("limit")), Value(default), output_field=IntegerField())


def idle_limit_of(user_id: int) -> int:
    """Return one user's idle limit in seconds; 0 for never."""
    defaults = AccountsSettings.current()
    own = AccountPreferences.objects.filter(user=user_id).first() or AccountPreferences()
    auto_away = defaults.auto_away if own.auto_away is None else own.auto_away
    limit = defaults.idle_limit if own.idle_limit is None else own.idle_limit
    return limit if auto_away else 0
