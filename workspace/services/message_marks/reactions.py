"""Reacting to messages."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from workspace.errors import ApplicationError
from workspace.models import Message, Reaction, Room, User
from workspace.selectors.rooms import can_read, subscription_of
from workspace.services.message_marks.touching import message_touch
from workspace.services.messages import can_post

# A message with more would be slow to show for everyone in the room.
MAX_EMOJI = 50
METHOD = {"method": "setReaction"}


@transaction.atomic
def reaction_set(*, user: User, message: Message, emoji: str, should_react: bool | None = None) -> bool:
    """Add or remove the user's reaction with this emoji; with None, do whichever changes something.

    Returns True if anything has changed. Raises `error-not-allowed` for an invalid emoji, for a muted member and for a
    message with too many different ones, and `not-authorized` if the user may not read the room.
    """
    reaction = Reaction(message=message, user=user, emoji=f":{emoji.replace(':', '')}:")
    emoji_check(reaction)
    room = message.room
    if not can_read(user=user, room=room):
        raise ApplicationError("not-authorized", "Not Authorized", details=METHOD)
    same = Reaction.objects.filter(message=message, user=user, emoji=reaction.emoji)
    has_reacted = same.exists()
    if should_react is None:
        should_react = not has_reacted
    if has_reacted == should_react:
        return False
    may_react_check(user=user, room=room)
    if should_react:
        variety_check(reaction)
        Reaction.objects.bulk_create([reaction], ignore_conflicts=True)
    else:
        same.delete()
    message_touch(message=message)
    return True


def emoji_check(reaction: Reaction) -> None:
    """Raise `error-not-allowed` unless the emoji is a possible name.

    Names are not compared with a list: clients show the emoji that they know.
    """
    try:
        reaction.clean_fields(exclude=["message", "user"])
    except ValidationError as error:
        raise ApplicationError("error-not-allowed", "Invalid emoji provided.", details=METHOD) from error


def may_react_check(*, user: User, room: Room) -> None:
    """Raise the error that clients know if the user may not react in the room."""
    subscription = subscription_of(user=user, room=room)
    if subscription is not None and subscription.is_muted:
        raise ApplicationError("error-not-allowed", "You have been muted", details={"rid": room.public_id})
    may_post = subscription is not None and can_post(subscription=subscription, room=room, sender=user)
    if room.is_read_only and not room.allows_reactions and not may_post:
        sentence = "You can't send messages because the room is readonly."
        raise ApplicationError(sentence, sentence)


def can_react(*, user: User, room: Room) -> bool:
    """Return True if a user who may read the room may also react in it."""
    try:
        may_react_check(user=user, room=room)
    except ApplicationError:
        return False
    return True


def variety_check(reaction: Reaction) -> None:
    """Raise `error-not-allowed` if the message has too many different reactions for another one."""
    others = Reaction.objects.filter(message=reaction.message).exclude(emoji=reaction.emoji)
    if others.values("emoji").distinct().count() >= MAX_EMOJI:
        raise ApplicationError("error-not-allowed", "The message has too many different reactions.", details=METHOD)
