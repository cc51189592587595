"""The JSON stored with a decision: the facts that it is based on, and how much of the room has been processed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from push.models import Decision
from workspace.services.reading import MentionTargets
from workspace.stored_json import stored_read, value_or, value_write

# The number of members by channel and reason.
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFacts:
    """The contents of `Decision.facts`. All fields are empty until the decision begins.

    `message` is read by `facts_stored`. `first` contains the keys of users who were found by indexes and evaluated
    first. `parts` lists the processed parts of the room: the key of the last member (None for the last part) and the
    time. `before` are the mention targets of an edited message before the edit; `counted` are those that the unread
    counters include.
    """

    message: Any = None
    read_at: datetime | None = None
    never_queued: tuple[str, ...] = ()
    first: tuple[int, ...] | None = None
    parts: tuple[tuple[int | None, datetime], ...] | None = None
    before: MentionTargets | None = None
    counted: MentionTargets | None = None

    @property
    def is_begun(self) -> bool:
        """Return True if the decision has begun."""
        return self.message is not None


def decision_facts(decision: Decision) -> DecisionFacts:
    """Return the stored facts of the decision. Facts stored by any earlier version can be read."""
    return stored_read(DecisionFacts, decision.facts)


def decision_facts_add(decision: Decision, **values: Any) -> None:
    """Add values to the stored facts; the caller must save the decision."""
    stored = decision.facts if isinstance(decision.facts, dict) else {}
    decision.facts = {**stored, **value_write(values)}


def decision_counts(decision: Decision) -> Counts:
    """Return the number of members for each reason, by channel."""
    return value_or(Counts, decision.counts, {}, name="Decision.counts")
