"""What a choice would bring, told before it is saved.

Only the rules can tell, and they are declared above this app: `push` registers what answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workspace.models import Subscription, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What would happen in some channels if these choices were saved.

    `account` and `room` hold the choices by the names of their columns; what is left out is as it is saved. Without a
    `subscription`, one of the user's rooms serves as the example.
    """

    user: User
    channels: Sequence[str]
    account: Mapping[str, Any] = field(default_factory=dict)
    room: Mapping[str, Any] = field(default_factory=dict)
    subscription: Subscription | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """One line: what happens in a room, what the user is notified of it, and why not where they are not."""

    situation: str
    outcome: str
    reason: str
    sends: bool


# Returns the lines of each channel by its name.
Previews = Mapping[str, Sequence[Preview]]
Previewer = Callable[[Question], Previews]


def nothing_known(question: Question) -> Previews:
    """Return no line: nobody has said how to answer."""
    return dict.fromkeys(question.channels, ())


_previewer: Previewer = nothing_known


def previewer_set(previewer: Previewer) -> None:
    """Let `previewer` answer from now on."""
    global _previewer
    _previewer = previewer


def previews_of(question: Question) -> Previews:
    """Return the lines that answer the question."""
    return _previewer(question)
