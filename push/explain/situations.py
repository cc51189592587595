"""The input of a decision: read as it was at the time, reconstructed, or changed by a question "what if"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from push.explain.structure import Basis
from push.models import Decision
from push.rules.decision_facts import decision_counts, decision_facts
from push.rules.delays import never_queued
from push.rules.facts import MessageFacts, facts_of, facts_stored
from push.rules.history import MemberPast
from push.rules.members import values_then
from workspace.models import Message, User

FACTS = frozenset(field.name for field in fields(MessageFacts))
DEFAULT_PREFIX = "default_"


@dataclass(frozen=True, slots=True)
class Situation:
    """The input of a decision: the message's facts, the member's values, and how we know them.

    `to_self` is True if the explanation addresses the user it is about as "you". `is_given_up`: no rules were evaluated
    for the user, because the decision failed too often.
    """

    user: User
    facts: MessageFacts
    values: Mapping[str, Any]
    basis: Basis
    is_member: bool
    never_queued: Iterable[str]
    counts: Mapping[str, Mapping[str, int]]
    read_at: datetime
    to_self: bool
    changed: frozenset[str] = frozenset()
    is_given_up: bool = False


def situation_of(message: Message, user: User, decision: Decision | None, *, to_self: bool) -> Situation:
    """Return the input of the decision. If nothing was decided yet, or no record is left, use current data."""
    decided_at = decision_time_for(decision, user.pk) if decision else None
    is_pending = decision is not None and (decision.decided_at is None or decision.position is not None)
    is_begun = decision is not None and (decided_at is not None or decision.position is not None)
    facts = facts_stored(decision) if decision is not None and is_begun else facts_of(message)
    read_at = decided_at or timezone.now()
    past = MemberPast(facts, user.pk, read_at)
    return Situation(
        user=user,
        facts=facts,
        values=values_then(past),
        basis=Basis.RECONSTRUCTED if decided_at else Basis.PREVIEW if is_pending else Basis.TODAY,
        is_member=bool(past.subscription),
        never_queued=decision_facts(decision).never_queued if decision and is_begun else never_queued(),
        counts=decision_counts(decision) if decision and not is_pending else {},
        read_at=read_at,
        to_self=to_self,
        is_given_up=decision is not None and decision.is_given_up and not (decision.decided_at or decided_at),
    )


def decision_time_for(decision: Decision, user_id: int) -> datetime | None:
    """Return when the rules were evaluated for one member, or None if that is not known.

    Members who may be notified are evaluated first; the others later, in parts of the room with a time for each part.
    """
    stored = decision_facts(decision)
    if not stored.is_begun:
        return None
    is_whole = decision.decided_at is not None and stored.parts is None and stored.first is None
    if is_whole or user_id in (stored.first or ()):
        return stored.read_at or decision.decided_at
    return next((at for upto, at in stored.parts or () if upto is None or user_id <= upto), None)


def with_changes(situation: Situation, changes: Mapping[str, Any]) -> Situation:
    """Return the situation with other values. A user who was not a member is treated as one."""
    defaults = {**situation.facts.defaults}
    defaults.update(
        {name.removeprefix(DEFAULT_PREFIX): value for name, value in changes.items() if name.startswith(DEFAULT_PREFIX)}
    )
    of_message = {name: value for name, value in changes.items() if name in FACTS}
    of_member = {name: value for name, value in changes.items() if name in situation.values}
    return replace(
        situation,
        facts=replace(situation.facts, defaults=defaults, **of_message),
        values={**situation.values, **of_member},
        basis=Basis.WHAT_IF,
        is_member=True,
        counts={},
        changed=frozenset(changes),
        is_given_up=False,
    )
