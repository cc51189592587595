"""What users added to messages, as part of message objects: reactions, stars, pins, and quotes of pinned messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, Value
from django.urls import reverse
from rest_framework import serializers

from workspace.api.base import Result
from workspace.api.objects import TimestampText, person_of
from workspace.database.prepared import PreparedQuery
from workspace.models import GeneralSettings, Message, Pin, PinNotice, Reaction, Star, SystemMessage, User

PIN_NOTICES = (SystemMessage.PINNED, SystemMessage.PINNED_ENCRYPTED)
REACTIONS, PINS, STARS = "reactions", "pins", "stars"


class ReactionObject(Result):
    """The users who reacted with an emoji, and their names if the workspace shows real names."""

    usernames = serializers.ListField(child=serializers.CharField())
    names = serializers.ListField(child=serializers.CharField(), required=False)


class StarObject(Result):
    """The caller, who has starred the message."""

    _id = serializers.CharField()


@dataclass(slots=True)
class Marks:
    """What users added to some messages, by the keys of the messages. Stars are those of the viewer."""

    viewer: User | None = None
    reactions: defaultdict[int, dict[str, list[User]]] = field(default_factory=lambda: defaultdict(dict))
    pins: dict[int, Pin] = field(default_factory=dict)
    stars: set[int] = field(default_factory=set)

    def fields_of(self, message: Message) -> dict[str, Any]:
        """Return the fields of the message's object; those without a value are None."""
        pin, reactions = self.pins.get(message.pk), self.reactions.get(message.pk)
        is_starred = self.viewer is not None and message.pk in self.stars
        return {
            "reactions": {emoji: reaction_of(users) for emoji, users in reactions.items()} if reactions else None,
            "starred": [{"_id": self.viewer.public_id}] if self.viewer and is_starred else None,
            "pinned": pin.is_pinned if pin else None,
            "pinnedAt": pin.changed_at if pin else None,
            "pinnedBy": person_of(pin.changed_by) if pin and pin.changed_by else None,
        }


def marks_of(messages: Sequence[Message], viewer: User | None) -> Marks:
    """Return what users added to the messages. Most messages have nothing, so one query finds out what there is."""
    marks = Marks(viewer)
    keys = [message.pk for message in messages]
    if not keys:
        return marks
    marked: defaultdict[str, set[int]] = defaultdict(set)
    for kind, key in kinds_on_one(viewer.pk, *keys) if viewer and len(keys) == 1 else kinds_of_marks(viewer, *keys):
        marked[kind].add(key)
    marks.stars = marked[STARS]
    if marked[PINS]:
        marks.pins = Pin.objects.select_related("changed_by").in_bulk(marked[PINS])
    if marked[REACTIONS]:
        for reaction in Reaction.objects.filter(message__in=marked[REACTIONS]).select_related("user").order_by("pk"):
            marks.reactions[reaction.message_id].setdefault(reaction.emoji, []).append(reaction.user)
    return marks


def kinds_of_marks(viewer: User | int | None, *keys: int) -> QuerySet[Any, tuple[str, int]]:
    """Return which of the messages have stars of the viewer, pins and reactions: the kind, and the message's key."""
    stars = Star.objects.filter(message__in=keys, user=viewer).values_list(Value(STARS), "message")
    pins = Pin.objects.filter(message__in=keys).values_list(Value(PINS), "message")
    reactions = Reaction.objects.filter(message__in=keys).values_list(Value(REACTIONS), "message")
    return stars.union(pins, reactions)


kinds_on_one: PreparedQuery[tuple[str, int]] = PreparedQuery(kinds_of_marks, int, int)


def reaction_of(users: Sequence[User]) -> dict[str, list[str]]:
    """Return the users who reacted with one emoji, in the order of their reactions."""
    reaction = {"usernames": [user.username for user in users]}
    if GeneralSettings.current().use_real_name:
        reaction["names"] = [user.display_name for user in users]
    return reaction


def quotes_of(messages: Sequence[Message]) -> dict[int, dict[str, Any]]:
    """Return the attachments of the system messages about pinned messages, by key: the pinned message as it is now.

    A quote is never stored, so that no text remains after a message was edited or deleted.
    """
    keys = [message.pk for message in messages if message.type in PIN_NOTICES]
    if not keys:
        return {}
    notices = PinNotice.objects.filter(notice__in=keys, message__deleted_at=None).select_related("message__sender")
    return {notice.pk: {"attachments": [quote_of(notice.message)]} for notice in notices}


def quote_of(message: Message) -> dict[str, Any]:
    """Return an attachment that quotes the message."""
    return {
        "text": message.text,
        "author_name": message.sender.username,
        "author_icon": reverse("avatar", args=[message.sender.username]),
        "ts": TimestampText.of(message.sent_at),
        "attachments": message.attachments,
        **({"content": message.content} if message.content else {}),
    }
