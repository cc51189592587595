"""Reading whose pushes wait, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Case, CharField, F, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from preferences.models import AccountsSettings, QuietChoice, QuietHours
from preferences.quiet.periods import periods_between
from preferences.quiet.schedule import hours_normalized, hours_read
from workspace.models import GeneralSettings, User
from workspace.selectors.accounts import time_zone_of
from workspace.time_zones import zone

# So far ahead a period's end is looked for; hours that reach further would never end, and are refused.
FURTHEST = timedelta(days=9)


def default_hours() -> str:
    """Return the workspace's quiet hours in the form in which schedules are kept; empty for none."""
    return hours_normalized(AccountsSettings.current().quiet_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietState:
    """One account's quiet hours in force.

    `choice` is what the user chose, empty for the workspace's default; `hours` are those in force, `own_hours` those
    that are kept for the user whether in use or not; `paused_until` is None unless the pause still lasts.
    """

    choice: str
    hours: str
    own_hours: str
    lets_mentions_through: bool
    chose_mentions: bool | None
    time_zone: str
    paused_until: datetime | None

    def quiet_until(self, at: datetime) -> datetime | None:
        """Return when the quiet that lasts at the moment `at` ends; None where it is not quiet then."""
        end = max(at, self.paused_until) if self.paused_until else at
        periods = periods_between(hours_read(self.hours), zone(self.time_zone), end, end + FURTHEST)
        end = next((ends_at for starts_at, ends_at in periods if starts_at <= end), end)
        return end if end > at else None

    def is_quiet_for(self, at: datetime, *, is_mention: bool) -> bool:
        """Return whether a notification is silent at that moment; `is_mention` for direct messages and mentions."""
        return not (is_mention and self.lets_mentions_through) and self.quiet_until(at) is not None


def quiet_state_of(user: User, at: datetime | None = None) -> QuietState:
    """Return the user's quiet hours in force, with the pause that lasts at the moment `at` (now)."""
    chosen = QuietHours.objects.filter(user=user).first() or QuietHours(user=user)
    through = chosen.lets_mentions_through
    pause = chosen.paused_until
    return QuietState(
        choice=chosen.choice,
        hours=hours_in_force(chosen),
        own_hours=chosen.hours,
        lets_mentions_through=AccountsSettings.current().lets_mentions_through if through is None else through,
        chose_mentions=through,
        time_zone=time_zone_of(user),
        paused_until=pause if pause and pause > (at or timezone.now()) else None,
    )


def paused_until(user: User) -> datetime | None:
    """Return when the pause ends that the user's pushes are in now; None for no pause."""
    running = QuietHours.objects.filter(user=user, paused_until__gt=timezone.now())
    return running.values_list("paused_until", flat=True).first()


def hours_in_force(chosen: QuietHours) -> str:
    """Return the hours that hold for an account by its choice; empty for none."""
    if chosen.choice == QuietChoice.OWN:
        return chosen.hours
    return "" if chosen.choice == QuietChoice.NONE else default_hours()


def hours_expression(prefix: str) -> Case:
    """Return the hours in force as an expression; `prefix` leads from the row to the user."""
    return Case(
        When(**{f"{prefix}quiet_hours__choice": QuietChoice.OWN}, then=F(f"{prefix}quiet_hours__hours")),
        When(**{f"{prefix}quiet_hours__choice": QuietChoice.NONE}, then=Value("")),
        default=Value(default_hours()),
        output_field=CharField(),
    )


def time_zone_expression(prefix: str) -> Coalesce:
    """Return the name of the time zone in force as an expression; `prefix` leads from the row to the user."""
    own = NullIf(F(f"{prefix}time_zone"), Value(""))
    return Coalesce(own, Value(GeneralSettings.current().time_zone), output_field=CharField())


def lets_through_expression(prefix: str) -> Coalesce:
    """Return whether direct messages and mentions break through, as an expression."""
    default = Value(AccountsSettings.current().lets_mentions_through)
    return Coalesce(F(f"{prefix}quiet_hours__lets_mentions_through"), default, output_field=BooleanField())
