"""What is stored with a decision besides the columns: what it was decided by, and how far its room was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from push.models import Decision
from workspace.services.reading import MentionTargets
from workspace.stored_json import stored_read, value_or, value_write

# By channel, the number of members by reason.
Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFacts:
    """The contents of `Decision.facts`; a decision that has not begun has none of them.

    `message` is read by `facts_stored`. `first` are the keys of the users whom indexes named, who were decided first.
    `parts` are the parts of the room, by the key of each part's last member (None: the room's last) and the time.
    `before` and `counted` are whom an edited message called before, and calls according to the counters.
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
        """Return whether the decision was begun."""
        return self.message is not None


def decision_facts(decision: Decision) -> DecisionFacts:
    """Return what is stored with the decision, whichever version of the product stored it."""
    return stored_read(DecisionFacts, decision.facts)


def decision_facts_add(decision: Decision, **values: Any) -> None:
    """Add to what is stored with the decision; the caller saves it."""
    stored = decision.facts if isinstance(decision.facts, dict) else {}
    decision.facts = {**stored, **value_write(values)}


def decision_counts(decision: Decision) -> Counts:
    """Return how many members were decided for each reason, by channel."""
    return value_or(Counts, decision.counts, {}, name="Decision.counts")
