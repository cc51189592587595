"""Frames, and who receives them. Messages and other events of rooms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from workspace.api.messages.objects import messages_of
from workspace.live.index import Interest
from workspace.live.listeners import Frame, Payload
from workspace.live.reading import Row
from workspace.live.streams import MY_MESSAGES, NOTIFY_ROOM, ROOM_MESSAGES
from workspace.models import LiveKind, Message, Room, RoomType, Subscription
from workspace.selectors.permissions import users_with_permission


@dataclass(frozen=True, slots=True)
class Delivery:
    """A frame for all listeners of its stream, or only for those of some users, given by key."""

    frame: Frame
    users: frozenset[int] | None = None


def room_event_deliveries(rows: Iterable[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield deleted messages, and what users do in rooms."""
    for row in rows:
        if row.kind == LiveKind.MESSAGE_DELETED:
            event, args = f"{row.room_id}/deleteMessage", [{"_id": row.text("id")}]
        elif row.kind == LiveKind.TRANSIENT:
            event, args = row.text("event"), row.values("args")
        else:
            continue
        if interest.hears(NOTIFY_ROOM, event):
            yield Delivery(Frame(NOTIFY_ROOM, event, Payload(args)))


def message_deliveries(rows: Sequence[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield the new and changed messages, each once. Messages that were deleted meanwhile are omitted."""
    keys = {row.message for row in rows if row.kind == LiveKind.MESSAGE and row.message is not None}
    if not keys or not (interest.rooms or interest.hears(ROOM_MESSAGES, MY_MESSAGES)):
        return
    described = messages_described(keys, interest)
    for message, values in described:
        if interest.hears(ROOM_MESSAGES, message.room.public_id):
            yield Delivery(Frame(ROOM_MESSAGES, message.room.public_id, Payload([values])))
    if described and interest.my_messages:
        yield from my_message_deliveries(described, interest.my_messages)


def messages_described(keys: Collection[int], interest: Interest) -> list[tuple[Message, dict[str, Any]]]:
    """Return the messages in rooms that are heard, each with its API object, in the order in which they were posted."""
    messages = Message.objects.filter(pk__in=keys, deleted_at=None).select_related("room").order_by("pk")
    if not interest.my_messages:
        messages = messages.filter(room__public_id__in=interest.rooms)
    loaded = list(messages)
    described = [present(values) for values in messages_of(loaded)]
    return list(zip(loaded, described, strict=True))


def my_message_deliveries(
    described: Sequence[tuple[Message, dict[str, Any]]], listening: frozenset[int]
) -> Iterable[Delivery]:
    """Yield the messages for the users (given by key) who hear all rooms that they may read."""
    rooms = {message.room for message, _values in described}
    members, visitors = room_readers(rooms, listening)
    for message, values in described:
        room = message.room
        about = {"roomType": room.type, **({"roomName": room.name} if room.name else {})}
        if participants := members[room.pk]:
            payload = Payload([values, {"roomParticipant": True, **about}])
            yield Delivery(Frame(ROOM_MESSAGES, MY_MESSAGES, payload), participants)
        if room.type == RoomType.CHANNEL and (others := visitors - participants):
            payload = Payload([values, {"roomParticipant": False, **about}])
            yield Delivery(Frame(ROOM_MESSAGES, MY_MESSAGES, payload), others)


def room_readers(rooms: Collection[Room], users: frozenset[int]) -> tuple[dict[int, frozenset[int]], frozenset[int]]:
    """Return which of the users may read each room as members, by room key, and who may read any channel."""
    rows = Subscription.objects.filter(room__in=rooms, user__in=users, user__is_active=True)
    members: dict[int, set[int]] = {room.pk: set() for room in rooms}
    for key, user in rows.values_list("room_id", "user_id"):
        members[key].add(user)
    visitors = users_with_permission("workspace.view_c_room", users=users)
    may_view_direct = users_with_permission("workspace.view_d_room", users=users)
    for room in rooms:
        if room.is_direct:
            members[room.pk] &= may_view_direct
    return {key: frozenset(user_ids) for key, user_ids in members.items()}, frozenset(visitors)


def present(values: dict[str, Any]) -> dict[str, Any]:
    """Return an API object without the fields that have no value, as the API omits them."""
    return {name: value for name, value in values.items() if value is not None}
