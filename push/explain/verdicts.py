"""Reading what is decided for one member now, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from push.models import Channel
from push.rules.facts import MessageFacts, facts_of
from push.rules.history import MemberPast
from push.rules.members import values_then
from push.rules.rule import Rule
from push.rules.tracing import Step, trace_of
from workspace.errors import ApplicationError
from workspace.models import Message, User

__all__ = ["Step", "Verdict", "verdict_of"]


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
    """Return the verdict for a member as things stand, each rule answered as it is for the whole room.

    Raises `error-user-not-in-room` for somebody who is no member of the room.
    """
    facts = message if isinstance(message, MessageFacts) else facts_of(message)
    past = MemberPast(facts, user.pk, timezone.now())
    if not past.subscription:
        raise ApplicationError("error-user-not-in-room", "The user is not in this room")
    return Verdict(channel, trace_of(facts, values_then(past), channel))
