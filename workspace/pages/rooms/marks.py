"""Reactions and pins of messages: what pages show of them, and changing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from workspace.api.messages.mark_objects import Marks, marks_of
from workspace.errors import ApplicationError
from workspace.models import Message, Room, Subscription, User
from workspace.pages.form_data import posted_text
from workspace.pages.reader import reader_of
from workspace.pages.rooms.access import error_text, message_or_404, message_url
from workspace.pages.rooms.emoji import QUICK_REACTIONS, character_of
from workspace.services.message_marks.pins import can_pin, message_pin, message_unpin
from workspace.services.message_marks.reactions import can_react, reaction_set

# People that the description of a reaction names.
NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ReactionShown:
    """A reaction to a message: the emoji's name and character, how many people reacted, and who."""

    emoji: str
    character: str
    count: int
    names: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class MarksShown:
    """The reactions to a message, and whether it is pinned."""

    reactions: Sequence[ReactionShown] = ()
    is_pinned: bool = False


def marks_context(
    user: User, room: Room, subscription: Subscription | None, shown: Sequence[Message]
) -> dict[str, Any]:
    """Return the context for showing the marks of messages of a room, by their keys, and for changing them."""
    return {
        "marks": marks_shown(shown, user),
        "may_react": can_react(user=user, room=room),
        "may_pin": subscription is not None and can_pin(user=user, room=room),
        "quick_reactions": [(emoji, character_of(emoji)) for emoji in QUICK_REACTIONS],
    }


def marks_shown(shown: Sequence[Message], user: User) -> dict[int, MarksShown]:
    """Return what users added to the messages, by message key. Messages without anything are omitted."""
    marks = marks_of(shown, user)
    pinned = {key for key, pin in marks.pins.items() if pin.is_pinned}
    return {key: MarksShown(reactions_shown(marks, key, user), key in pinned) for key in {*pinned, *marks.reactions}}


def reactions_shown(marks: Marks, key: int, user: User) -> list[ReactionShown]:
    """Return the reactions to the message with this key."""
    return [
        ReactionShown(emoji, character_of(emoji), len(people), names_of(people), user in people)
        for emoji, people in marks.reactions.get(key, {}).items()
    ]


def names_of(people: Sequence[User]) -> str:
    """Return the names of the first people."""
    names = [person.display_name for person in people[:NAMES_SHOWN]]
    return ", ".join([*names, "…"] if len(people) > NAMES_SHOWN else names)


@login_required
@require_POST
def message_react(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add the user's reaction with `emoji`, or remove it. Scripts receive the reactions, others the message's page."""
    user = reader_of(request)
    message = message_or_404(user, public_id)
    problem = ""
    try:
        reaction_set(user=user, message=message, emoji=posted_text(request, "emoji"))
    except ApplicationError as error:
        problem = error_text(error)
    if request.htmx:  # type: ignore[attr-defined]
        context = {
            "message": message,
            "marks": marks_shown([message], user),
            "may_react": can_react(user=user, room=message.room),
            "problem": problem,
        }
        return TemplateResponse(request, "pages/rooms/marks.html", context)
    if problem:
        messages.error(request, problem)
    return HttpResponseRedirect(message_url(message))


@login_required
@require_POST
def message_pinning(request: HttpRequest, public_id: str) -> HttpResponse:
    """Pin the message; with `unpin`, unpin it."""
    user = reader_of(request)
    message = message_or_404(user, public_id)
    try:
        if "unpin" in request.POST:
            message_unpin(user=user, message=message)
        else:
            message_pin(user=user, message=message)
    except ApplicationError as error:
        messages.error(request, error_text(error))
    return HttpResponseRedirect(message_url(message))
