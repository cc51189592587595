"""Reading the table for one member, rule by rule, with what each rule read."""

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
    """One rule that was read, whether it held, and the names of the values that it read."""

    rule: Rule
    held: bool
    read: tuple[str, ...] = ()


class ReadFacts:
    """Stands in for a message's facts and takes down which of them a rule reads."""

    def __init__(self, facts: MessageFacts) -> None:
        self._facts = facts
        self.read: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.read.append(name)
        return getattr(self._facts, name)


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """One rule put to a message: what is left to be asked of the member, and which values that takes."""

    rule: Rule
    condition: bool | Q
    read: tuple[str, ...]


def question_of(rule: Rule, facts: MessageFacts, channel: Channel) -> PreviewRequest:
    """Put one rule to a message."""
    reading: Any = ReadFacts(facts)
    condition = rule.condition(reading, channel)
    of_member = names_in(condition) if isinstance(condition, Q) else ()
    return PreviewRequest(rule, condition, tuple(dict.fromkeys((*reading.read, *of_member))))


def trace_of(facts: MessageFacts, values: Mapping[str, Any], channel: Channel) -> tuple[Step, ...]:
    """Return the rules that are read for a member with these values, the last of them the one that decides."""
    steps: list[Step] = []
    for rule in rules_of(channel):
        question = question_of(rule, facts, channel)
        held = holds(question.condition, values) if isinstance(question.condition, Q) else question.condition
        steps.append(Step(rule, held, question.read))
        if held:
            break
    return tuple(steps)
