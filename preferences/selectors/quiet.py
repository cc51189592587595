"""Reads quiet hours and pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Case, CharField, F, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from preferences.models import AccountsSettings, QuietChoice, QuietHours
from preferences.quiet.periods import periods_between
from preferences.quiet.schedule import hours_normalized, hours_read
from workspace.database.prepared import PreparedQuery
from workspace.models import GeneralSettings, User
from workspace.selectors.accounts import time_zone_of
from workspace.time_zones import zone

# How far ahead to search for the end of quiet hours. Hours that cover the whole week are refused.
SEARCH_AHEAD = timedelta(days=9)


def default_hours() -> str:
    """Return the workspace's quiet hours in canonical form; empty if there are none."""
    return hours_normalized(AccountsSettings.current().quiet_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietState:
    """The effective quiet hours of one account.

    `choice` is the user's choice, empty for the workspace's default. `hours` are the effective hours; `own_hours` are
    the user's saved hours, in use or not. `paused_until` is None unless a pause is active.
    """

    choice: str
    hours: str
    own_hours: str
    lets_mentions_through: bool
    chose_mentions: bool | None
    time_zone: str
    paused_until: datetime | None

    def quiet_until(self, at: datetime) -> datetime | None:
        """Return when the quiet hours or pause active at a time end; None if none is active."""
        end = max(at, self.paused_until) if self.paused_until else at
        periods = periods_between(hours_read(self.hours), zone(self.time_zone), end, end + SEARCH_AHEAD)
        end = next((ends_at for starts_at, ends_at in periods if starts_at <= end), end)
        return end if end > at else None

    def is_quiet_for(self, at: datetime, *, is_mention: bool) -> bool:
        """Return True if a notification is silent at a time. Set `is_mention` for direct messages and mentions."""
        return not (is_mention and self.lets_mentions_through) and self.quiet_until(at) is not None


def quiet_state_of(user: User, at: datetime | None = None) -> QuietState:
    """Return the user's effective quiet hours, with the pause active at a time (by default now)."""
    chosen = quiet_rows.first(user.pk) or QuietHours(user=user)
    through = chosen.lets_mentions_through
    pause = chosen.paused_until
    return QuietState(
        choice=chosen.choice,
        hours=effective_hours(chosen),
        own_hours=chosen.hours,
        lets_mentions_through=AccountsSettings.current().lets_mentions_through if through is None else through,
        chose_mentions=through,
        time_zone=time_zone_of(user),
        paused_until=pause if pause and pause > (at or timezone.now()) else None,
    )


quiet_rows: PreparedQuery[QuietHours] = PreparedQuery(lambda key: QuietHours.objects.filter(user=key), int)


def paused_until(user: User) -> datetime | None:
    """Return when the user's active pause ends; None if there is no pause."""
    active = QuietHours.objects.filter(user=user, paused_until__gt=timezone.now())
    return active.values_list("paused_until", flat=True).first()


def effective_hours(chosen: QuietHours) -> str:
    """Return the hours that apply to an account by its choice; empty if there are none."""
    if chosen.choice == QuietChoice.OWN:
        return chosen.hours
    return "" if chosen.choice == QuietChoice.NONE else default_hours()


def hours_expression(prefix: str) -> Case:
    """Return the effective hours as a query expression; `prefix` is the lookup path from the row to the user."""
    return Case(
        When(**{f"{prefix}quiet_hours__choice": QuietChoice.OWN}, then=F(f"{prefix}quiet_hours__hours")),
        When(**{f"{prefix}quiet_hours__choice": QuietChoice.NONE}, then=Value("")),
        default=Value(default_hours()),
        output_field=CharField(),
    )


def time_zone_expression(prefix: str) -> Coalesce:
    """Return the effective time zone as a query expression; `prefix` is the lookup path from the row to the user."""
    own = NullIf(F(f"{prefix}time_zone"), Value(""))
    return Coalesce(own, Value(GeneralSettings.current().time_zone), output_field=CharField())


def lets_through_expression(prefix: str) -> Coalesce:
    """Return a query expression: True if direct messages and mentions are pushed during quiet hours."""
    default = Value(AccountsSettings.current().lets_mentions_through)
    return Coalesce(F(f"{prefix}quiet_hours__lets_mentions_through"), default, output_field=BooleanField())
