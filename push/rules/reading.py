"""Evaluates the decision table: for a whole room as a query expression, or for one member with known values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Q, Value, When

from push.models import Channel
from push.rules.facts import MessageFacts
from push.rules.rule import Rule
from push.rules.table import RULES


@dataclass(frozen=True, slots=True)
class Reading:
    """The part of the table that remains for one message and channel once the message's facts are known.

    `open` are the rules that depend on the member, in order; `last` decides for all other members.
    """

    open: tuple[tuple[Rule, Q], ...]
    last: Rule

    @property
    def sending_codes(self) -> list[str]:
        """Return the codes of the rules that may notify a member."""
        return [rule.code for rule in (*(rule for rule, _condition in self.open), self.last) if rule.sends]

    @property
    def names(self) -> set[str]:
        """Return the names of the member values that the open rules need."""
        return {name for _rule, condition in self.open for name in names_in(condition)}

    def code(self) -> Case | Value:
        """Return an expression over `members_of` the room for the code of the rule that decides."""
        last = Value(self.last.code, output_field=CharField())
        if not self.open:
            return last
        whens = [When(condition, then=Value(rule.code)) for rule, condition in self.open]
        return Case(*whens, default=last, output_field=CharField())

    def code_by(self, values: Mapping[str, Any]) -> str:
        """Return the code of the rule that decides for a member with these values."""
        return next((rule.code for rule, condition in self.open if holds(condition, values)), self.last.code)


def holds(condition: Q, values: Mapping[str, Any]) -> bool:
    """Return True if the condition is true for these values; the result is the same as in the database."""
    children: Sequence[Any] = condition.children
    answers = (holds(child, values) if isinstance(child, Q) else values[child[0]] == child[1] for child in children)
    return (any(answers) if condition.connector == Q.OR else all(answers)) != condition.negated


def rules_of(channel: Channel) -> list[Rule]:
    """Return the rules that apply to the channel, in order."""
    return [rule for rule in RULES if channel in rule.channels]


def table_read(facts: MessageFacts, channel: Channel) -> Reading:
    """Evaluate the table for a message. Rules that cannot apply are left out; it ends at a rule that always applies."""
    undecided: list[tuple[Rule, Q]] = []
    for rule in rules_of(channel):
        held = rule.condition(facts, channel)
        if held is True:
            return Reading(tuple(undecided), rule)
        if isinstance(held, Q):
            undecided.append((rule, held))
    raise AssertionError("The last rule of the table holds for everyone.")


def names_in(condition: Q) -> Iterator[str]:
    """Yield the names of the member values in a condition."""
    for child in condition.children:
        if isinstance(child, Q):
            yield from names_in(child)
        elif isinstance(child, tuple):
            yield child[0].split("__")[0]
