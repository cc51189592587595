"""Whom a message can reach at all, found without reading the room: from the conditions of the rules that send.

A mention of two people in a room of a hundred thousand concerns the two, the thread's followers, the owners of a
highlight word and those who want every message; the indexes name them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from push.rules.facts import MessageFacts
from push.rules.members import MEMBER_VALUES_BY_NAME
from push.rules.reading import Reading

# Counted in place of a rule's code for the members of a large room that no rule was read for.
NOT_CALLED = "not_called"
# A smaller room is read as a whole, so that every member is counted under the very rule that decided.
LARGE_ROOM = 1_000
# With more candidates than this, reading the room costs no more than naming them.
MOST_CANDIDATES = 500


def candidates_of(facts: MessageFacts, readings: Iterable[Reading]) -> set[int] | None:
    """Return the keys of all users to whom some rule may send; None where the whole room has to be read."""
    if facts.members_count < LARGE_ROOM:
        return None
    found: set[int] = set()
    search = Search(facts)
    for reading in readings:
        if reading.last.sends:
            return None
        for condition in (condition for rule, condition in reading.open if rule.sends):
            holders = search.holders_of(condition)
            if holders is None or len(found := found | holders) > MOST_CANDIDATES:
                return None
    return found


class Search:
    """Looks for the users whom conditions name, each value once."""

    def __init__(self, facts: MessageFacts) -> None:
        self._facts = facts
        self._found: dict[Any, set[int] | None] = {}

    def holders_of(self, condition: Q) -> set[int] | None:
        """Return the keys of all users for whom the condition may hold; None where no index tells them.

        Of conditions that must all hold, one that an index answers is enough; of alternatives, each has to be answered.
        """
        if condition.negated:
            return None
        answers = [self.holders_of(child) if isinstance(child, Q) else self.leaf(child) for child in condition.children]
        answered = [answer for answer in answers if answer is not None]
        if condition.connector == Q.OR:
            return set().union(*answered) if len(answered) == len(answers) else None
        return min(answered, key=len, default=None)

    def leaf(self, leaf: Any) -> set[int] | None:
        """Return the keys of the users whose named value is the one asked for."""
        if leaf not in self._found:
            self._found[leaf] = leaf_holders(leaf, self._facts)
        return self._found[leaf]


def leaf_holders(leaf: Any, facts: MessageFacts) -> set[int] | None:
    """Return the keys of the users whose named value is the one asked for."""
    name, value = leaf
    member_value = MEMBER_VALUES_BY_NAME.get(name)
    if member_value is None or member_value.holders is None or not value:
        return None
    keys = member_value.holders(facts, value)
    return set(keys if isinstance(keys, frozenset) else keys[: MOST_CANDIDATES + 1])
