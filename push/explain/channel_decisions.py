"""Evaluates the rules for one member as things are now."""

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

__all__ = ["ChannelDecision", "Step", "channel_decision"]


@dataclass(frozen=True, slots=True)
class ChannelDecision:
    """The decision for one member on one channel; `trace` ends with the rule that decided."""

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


def channel_decision(message: Message | MessageFacts, user: User, channel: Channel) -> ChannelDecision:
    """Return the decision for one member from current data, using the same rules as for the whole room.

    Raises `error-user-not-in-room` if the user is not a member of the room.
    """
    facts = message if isinstance(message, MessageFacts) else facts_of(message)
    past = MemberPast(facts, user.pk, timezone.now())
    if not past.subscription:
        raise ApplicationError("error-user-not-in-room", "The user is not in this room")
    return ChannelDecision(channel, trace_of(facts, values_then(past), channel))
