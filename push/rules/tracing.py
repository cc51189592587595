"""Evaluates the table for one member, rule by rule, and records which values each rule read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from push.models import Channel
from push.rules.facts import MessageFacts
from push.rules.reading import holds, names_in, rules_of
from push.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Step:
    """One evaluated rule: whether its condition was true, and the names of the values that it read."""

    rule: Rule
    held: bool
    read: tuple[str, ...] = ()


class ReadFacts:
    """Wraps a message's facts and records which of them a rule reads."""

    def __init__(self, facts: MessageFacts) -> None:
        self._facts = facts
        self.read: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.read.append(name)
        return getattr(self._facts, name)


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A rule evaluated for a message: the remaining condition on the member, and the names of the values read."""

    rule: Rule
    condition: bool | Q
    read: tuple[str, ...]


def question_of(rule: Rule, facts: MessageFacts, channel: Channel) -> PreviewRequest:
    """Evaluate one rule for a message."""
    reading: Any = ReadFacts(facts)
    condition = rule.condition(reading, channel)
    of_member = names_in(condition) if isinstance(condition, Q) else ()
    return PreviewRequest(rule, condition, tuple(dict.fromkeys((*reading.read, *of_member))))


def trace_of(facts: MessageFacts, values: Mapping[str, Any], channel: Channel) -> tuple[Step, ...]:
    """Return the rules that are evaluated for a member with these values. The last one decides."""
    steps: list[Step] = []
    for rule in rules_of(channel):
        question = question_of(rule, facts, channel)
        held = holds(question.condition, values) if isinstance(question.condition, Q) else question.condition
        steps.append(Step(rule, held, question.read))
        if held:
            break
    return tuple(steps)
