"""Posting what an incoming webhook receives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from workspace.errors import ApplicationError
from workspace.models import Integration, IntegrationCall, Message, Room, RoomType, User
from workspace.selectors.integrations import calls_of
from workspace.selectors.rooms import subscription_of
from workspace.services.integrations.managing import room_by_target, user_by_target
from workspace.services.messages import message_post
from workspace.services.rooms import direct_room_open, room_join
from workspace.webhooks.messages import IncomingMessage

MAX_TARGETS = 10
# Calls that are stored for each webhook.
MAX_CALLS = 100
OVERRIDING = "overriding destination channel is disabled for this integration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call: the status of the response, the error, and the messages that were posted."""

    status: int = 200
    error: str = ""
    format: str = ""
    messages: Sequence[Message] = ()


@transaction.atomic
def incoming_post(*, integration: Integration, incoming: IncomingMessage) -> list[Message]:
    """Post the message to its targets, all or none, and return the messages.

    Raises `invalid-channel` for an unknown target, an error if the webhook may not choose it, and those of posting.
    """
    own = rooms_of(integration.user, integration.targets)
    rooms = own
    if incoming.targets:
        rooms = rooms_of(integration.user, incoming.targets, allowed=None if integration.may_choose_room else own)
    return [
        message_post(
            sender=integration.user,
            room=room,
            text=incoming.text,
            attachments=incoming.attachments,
            parent=parent_in(room, incoming.thread),
            alias=incoming.alias or integration.alias,
            avatar=incoming.avatar or ("" if incoming.emoji else integration.avatar),
            emoji=incoming.emoji or ("" if incoming.avatar or integration.avatar else integration.emoji),
            integration_id=integration.public_id,
        )
        for room in rooms
    ]


def rooms_of(account: User, targets: Sequence[str], *, allowed: Sequence[Room] | None = None) -> list[Room]:
    """Return the rooms of the targets, without duplicates; the account joins channels.

    `allowed` are the only rooms that may be among them; None means any. Raises `invalid-channel`.
    """
    if len(targets) > MAX_TARGETS:
        raise ApplicationError("invalid-channel", "invalid-channel")
    rooms = {}
    for target in targets:
        room = room_of_target(account, target, allowed=allowed)
        rooms[room.pk] = room
    return list(rooms.values())


def room_of_target(account: User, target: str, *, allowed: Sequence[Room] | None) -> Room:
    """Return the room of `#room`, `@username`, or a name or id without a sign."""
    room = None if target.startswith("@") else room_by_target(target.removeprefix("#"))
    person = None if room or target.startswith("#") else user_by_target(target.removeprefix("@"))
    if person is not None:
        room = direct_room_of(account, person, allowed=allowed)
    if room is None:
        raise ApplicationError("invalid-channel", "invalid-channel")
    if allowed is not None and room not in allowed:
        raise ApplicationError(OVERRIDING, OVERRIDING)
    if room.type == RoomType.CHANNEL and subscription_of(user=account, room=room) is None:
        room_join(user=account, room=room)
    return room


def direct_room_of(account: User, person: User, *, allowed: Sequence[Room] | None) -> Room:
    """Return the direct room with the person; if only some rooms are allowed, it is not created for nothing."""
    if allowed is not None:
        for room in allowed:
            if room.is_direct and subscription_of(user=person, room=room):
                return room
        raise ApplicationError(OVERRIDING, OVERRIDING)
    return direct_room_open(creator=account, others=[person])


def parent_in(room: Room, public_id: str) -> Message | None:
    """Return the message of the room to reply to; None if there is none with this id."""
    return Message.objects.filter(room=room, public_id=public_id).first() if public_id else None


@transaction.atomic
def call_record(*, integration: Integration, outcome: Outcome, size: int) -> None:
    """Store the outcome of a call, and remove the oldest ones."""
    IntegrationCall.objects.create(
        integration=integration,
        status=outcome.status,
        error=outcome.error[:255],
        format=outcome.format,
        size=size,
        message_ids=" ".join(message.public_id for message in outcome.messages)[:255],
    )
    oldest = calls_of(integration).values_list("pk", flat=True)[MAX_CALLS : MAX_CALLS + 1]
    for key in list(oldest):
        calls_of(integration).filter(pk__lte=key).delete()
