"""Reading the table for one member, rule by rule, with what each rule read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, CharField, Field, Q, Value, When

from push.models import Channel
from push.rules.facts import MessageFacts
from push.rules.reading import names_in, rules_of
from push.rules.rule import Rule
from workspace.models import User


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
class Question:
    """One rule put to a message: what is left to be asked of the member, and which values that takes."""

    rule: Rule
    condition: bool | Q
    read: tuple[str, ...]


def question_of(rule: Rule, facts: MessageFacts, channel: Channel) -> Question:
    """Put one rule to a message."""
    reading: Any = ReadFacts(facts)
    condition = rule.condition(reading, channel)
    of_member = names_in(condition) if isinstance(condition, Q) else ()
    return Question(rule, condition, tuple(dict.fromkeys((*reading.read, *of_member))))


def trace_of(facts: MessageFacts, values: Mapping[str, Any], channel: Channel) -> tuple[Step, ...]:
    """Return the rules that are read for a member with these values, the last of them the one that decides.

    The conditions are answered by the database that answers them for whole rooms, from the values alone: nothing of
    the member is read.
    """
    questions = [question_of(rule, facts, channel) for rule in rules_of(channel)]
    answers = answers_of(facts, values, {q.rule.code: q.condition for q in questions if isinstance(q.condition, Q)})
    steps: list[Step] = []
    for question in questions:
        held = answers[question.rule.code] if isinstance(question.condition, Q) else question.condition
        steps.append(Step(question.rule, held, question.read))
        if held:
            break
    return tuple(steps)


def answers_of(facts: MessageFacts, values: Mapping[str, Any], conditions: Mapping[str, Q]) -> dict[str, bool]:
    """Return which of the conditions hold for these values."""
    if not conditions:
        return {}
    asked = {
        f"holds_{code}": Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
        for code, condition in conditions.items()
    }
    # The message's sender lends the one row that a query needs.
    given = {name: Value(value, output_field=field_of(value)) for name, value in values.items()}
    row = User.objects.filter(pk=facts.sender_id).order_by().alias(**given).annotate(**asked).values(*asked).get()
    return {code: row[f"holds_{code}"] for code in conditions}


def field_of(value: object) -> Field[Any, Any]:
    """Return the kind of column that holds such a value."""
    return BooleanField() if isinstance(value, bool) else CharField()
