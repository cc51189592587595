"""Reading what is decided for one member, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import BooleanField, Case, Q, Value, When

from push.models import Channel
from push.rules.facts import MessageFacts, facts_of
from push.rules.members import members_of
from push.rules.reading import rules_of
from push.rules.rule import Rule
from workspace.errors import ApplicationError
from workspace.models import Message, User


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was read, and whether it held."""

    rule: Rule
    held: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided for one member through one channel; `trace` ends with the rule that decided."""

    channel: Channel
    trace: tuple[Step, ...]

    @property
    def rule(self) -> Rule:
        """Return the rule that decided."""
        return self.trace[-1].rule

    @property
    def sends(self) -> bool:
        """Return whether the member is notified."""
        return self.rule.sends


def verdict_of(message: Message | MessageFacts, user: User, channel: Channel) -> Verdict:
    """Return the verdict for a member, each rule answered by the same expression that decides for the whole room.

    Raises `error-user-not-in-room` for somebody who is no member of the room.
    """
    facts = message if isinstance(message, MessageFacts) else facts_of(message)
    rules = [(rule, rule.condition(facts, channel)) for rule in rules_of(channel)]
    answers = answers_of(facts, user, {rule.code: held for rule, held in rules if isinstance(held, Q)})
    trace: list[Step] = []
    for rule, held in rules:
        trace.append(Step(rule, held if isinstance(held, bool) else answers[rule.code]))
        if trace[-1].held:
            break
    return Verdict(channel, tuple(trace))


def answers_of(facts: MessageFacts, user: User, conditions: dict[str, Q]) -> dict[str, bool]:
    """Return which of the conditions hold for the member."""
    asked = {
        f"holds_{code}": Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())
        for code, condition in conditions.items()
    }
    row = members_of(facts).filter(user=user).annotate(**asked).values("pk", *asked).first()
    if row is None:
        raise ApplicationError("error-user-not-in-room", "The user is not in this room")
    return {code: row[f"holds_{code}"] for code in conditions}
