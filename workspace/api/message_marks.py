"""What users added to messages, as part of message objects: reactions, stars, and quotes of pinned messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from rest_framework import serializers

from workspace.api.base import Result
from workspace.models import GeneralSettings, Message, Pin, PinNotice, Reaction, Star, SystemMessage, User

PIN_NOTICES = (SystemMessage.PINNED, SystemMessage.PINNED_ENCRYPTED)


class ReactionObject(Result):
    """The users who reacted with an emoji, and their names if the workspace shows real names."""

    usernames = serializers.ListField(child=serializers.CharField())
    names = serializers.ListField(child=serializers.CharField(), required=False)


class StarObject(Result):
    """The caller, who has starred the message."""

    _id = serializers.CharField()


def marks_prefetch() -> list[Prefetch[str]]:
    """Return what to prefetch for message objects: reactions and pins, each with one query."""
    return [
        Prefetch("reactions", Reaction.objects.select_related("user").order_by("pk")),
        Prefetch("pin", Pin.objects.select_related("changed_by")),
    ]


def reactions_of(message: Message) -> dict[str, dict[str, list[str]]] | None:
    """Return the users who reacted, by emoji, in the order of the reactions; None without reactions."""
    users: dict[str, list[User]] = {}
    for reaction in message.reactions.all():
        users.setdefault(reaction.emoji, []).append(reaction.user)
    has_names = bool(users) and GeneralSettings.current().use_real_name
    return {emoji: reaction_of(people, has_names=has_names) for emoji, people in users.items()} or None


def reaction_of(people: Sequence[User], *, has_names: bool) -> dict[str, list[str]]:
    """Return the users who reacted with one emoji."""
    usernames = [user.username for user in people]
    return (
        {"usernames": usernames, "names": [user.display_name for user in people]}
        if has_names
        else {"usernames": usernames}
    )


def starred_keys(messages: Sequence[Message], viewer: User | None) -> set[int]:
    """Return the keys of the messages that the viewer has starred. Nobody sees the stars of others."""
    if viewer is None or not messages:
        return set()
    stars = Star.objects.filter(user=viewer, message__in=[message.pk for message in messages])
    return set(stars.values_list("message", flat=True))


def quotes_of(messages: Sequence[Message]) -> dict[int, list[dict[str, Any]]]:
    """Return the attachments of the system messages about pinned messages, by key: the pinned message as it is now.

    A quote is never stored, so that no text remains after a message was edited or deleted.
    """
    keys = [message.pk for message in messages if message.type in PIN_NOTICES]
    if not keys:
        return {}
    notices = PinNotice.objects.filter(notice__in=keys).select_related("message__sender")
    return {notice.pk: [quote_of(notice.message)] for notice in notices if notice.message.deleted_at is None}


def quote_of(message: Message) -> dict[str, Any]:
    """Return an attachment that quotes the message."""
    return {
        "text": message.text,
        "author_name": message.sender.username,
        "author_icon": reverse("avatar", args=[message.sender.username]),
        "ts": message.sent_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "attachments": message.attachments,
        **({"content": message.content} if message.content else {}),
    }
