"""The `Rule` class and functions to declare rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise

from push.models import Channel
from push.rules.facts import MessageFacts

# A rule's condition: a bool if it depends on the message only, otherwise a condition over `members_of` the room.
Condition = Callable[[MessageFacts, Channel], bool | Q]

CHANNELS = (Channel.DESKTOP, Channel.PUSH, Channel.EMAIL)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the decision table.

    `code` is its stable name and `sends` its verdict. `sentence` explains to users when it applies. `advice` explains
    who can change what, and where, so that the next such message is sent.
    """

    code: str
    sends: bool
    sentence: Promise
    condition: Condition
    channels: tuple[Channel, ...] = CHANNELS
    advice: str | Promise = ""


def silence(
    code: str,
    sentence: Promise,
    condition: Condition,
    *,
    channels: tuple[Channel, ...] = CHANNELS,
    advice: str | Promise = "",
) -> Rule:
    """Declare a rule that sends nothing."""
    return Rule(code, False, sentence, condition, channels, advice)


def send(code: str, sentence: Promise, condition: Condition) -> Rule:
    """Declare a rule that sends the notification."""
    return Rule(code, True, sentence, condition)
