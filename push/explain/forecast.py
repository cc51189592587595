"""When a push that is not queued would be due, by what holds now: for previews, and for asking "what if"."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from preferences.models import QuietChoice
from preferences.selectors.quiet import quiet_state_of
from push.explain.delivery_outcomes import held_told
from push.explain.structure import Happening
from push.models import HeldBy
from push.rules.delays import delays
from push.rules.facts import MessageFacts
from push.services.quiet import MENTION_RULES
from workspace.models import Connection, User
from workspace.selectors.presence import presence_row_as_of


def push_foreseen(
    *, facts: MessageFacts, user: User, connection: str, code: str, to_self: bool
) -> tuple[Happening, ...]:
    """Return when a push sent by the rule of that code would be due, and whether quiet hours would hold it back."""
    due = due_foreseen(facts.accepted_at, user, connection)
    told = Happening(due, _("It would be due then."))
    state = quiet_state_of(user, due)
    if not state.is_quiet_for(due, is_mention=code in MENTION_RULES):
        return (told,)
    until = state.quiet_until(due)
    assert until is not None
    hours = HeldBy.OWN if state.choice == QuietChoice.OWN else HeldBy.DEFAULT
    by = HeldBy.PAUSE if until == state.paused_until else hours
    return (told, Happening(due, held_told(until, by, user, to_self=to_self), "warning"))


def due_foreseen(accepted_at: datetime, user: User, connection: str) -> datetime:
    """Return when the push would be due but for quiet hours; the delay of members away ends by when they left."""
    wait = timedelta(seconds=delays()[connection])
    if connection != Connection.AWAY:
        return accepted_at + wait
    away_at = presence_row_as_of(user, accepted_at).get("away_at")
    return max(accepted_at, away_at + wait) if away_at and away_at <= accepted_at else accepted_at
