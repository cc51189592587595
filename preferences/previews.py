"""Previews of the effect of preferences before they are saved.

Previews need the notification rules. These are in the app `push`, which registers a function here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workspace.models import Subscription, User


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest:
    """A request to preview unsaved choices in some channels.

    `account` and `room` contain the choices by column name; for missing columns, the saved values apply. Without a
    `subscription`, one of the user's rooms serves as the example.
    """

    user: User
    channels: Sequence[str]
    account: Mapping[str, Any] = field(default_factory=dict)
    room: Mapping[str, Any] = field(default_factory=dict)
    subscription: Subscription | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """One line of a preview: an event in a room, the notification for it, and the reason if there is none."""

    situation: str
    outcome: str
    reason: str
    sends: bool


# The lines of each channel, by channel name.
Previews = Mapping[str, Sequence[Preview]]
Previewer = Callable[[PreviewRequest], Previews]


def no_previews(question: PreviewRequest) -> Previews:
    """Return no lines. This is the default until a previewer is registered."""
    return dict.fromkeys(question.channels, ())


_previewer: Previewer = no_previews


def previewer_set(previewer: Previewer) -> None:
    """Register the function that computes previews."""
    global _previewer
    _previewer = previewer


def previews_of(question: PreviewRequest) -> Previews:
    """Return the preview lines of each requested channel."""
    return _previewer(question)
