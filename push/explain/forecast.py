"""When a push that is not queued would be due, from current data: for previews and "what if" questions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from preferences.models import QuietChoice
from preferences.selectors.quiet import quiet_state_of
from push.explain.delivery_outcomes import held_until_text
from push.explain.structure import HistoryEntry
from push.models import HeldBy
from push.rules.delays import delays
from push.rules.facts import MessageFacts
from push.rules.quiet_hours import MENTION_RULES
from workspace.models import Connection, User
from workspace.selectors.presence import presence_row_as_of


def push_forecast(
    *, facts: MessageFacts, user: User, connection: str, code: str, to_self: bool
) -> tuple[HistoryEntry, ...]:
    """Return when a push would be due if the rule with this code decided, and whether quiet hours would delay it."""
    due = due_forecast(facts.accepted_at, user, connection)
    planned = HistoryEntry(due, _("Would be due at this time."))
    state = quiet_state_of(user, due)
    if not state.is_quiet_for(due, is_mention=code in MENTION_RULES):
        return (planned,)
    until = state.quiet_until(due)
    assert until is not None
    hours = HeldBy.OWN if state.choice == QuietChoice.OWN else HeldBy.DEFAULT
    by = HeldBy.PAUSE if until == state.paused_until else hours
    return (planned, HistoryEntry(due, held_until_text(until, by, user, to_self=to_self), "warning"))


def due_forecast(accepted_at: datetime, user: User, connection: str) -> datetime:
    """Return when the push would be due without quiet hours. For away members the delay starts when they went away."""
    wait = timedelta(seconds=delays()[connection])
    if connection != Connection.AWAY:
        return accepted_at + wait
    away_at = presence_row_as_of(user, accepted_at).get("away_at")
    return max(accepted_at, away_at + wait) if away_at and away_at <= accepted_at else accepted_at
