"""Turns rows into frames, with few queries for all rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from workspace.api.messages.objects import messages_of
from workspace.live.index import Interest
from workspace.live.listeners import Frame, Payload
from workspace.live.reading import Row
from workspace.live.streams import MY_MESSAGES, ROOM_MESSAGES
from workspace.models import LiveKind, Message


@dataclass(frozen=True, slots=True)
class Delivery:
    """A frame for all listeners of its stream, or only for those of some users."""

    frame: Frame
    users: frozenset[int] | None = None


def compose(rows: Sequence[Row], interest: Interest) -> list[Delivery]:
    """Return the frames for the rows, as far as anyone hears them."""
    return list(message_deliveries(rows, interest))


def message_deliveries(rows: Iterable[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield the new and changed messages, each once. Messages that were deleted meanwhile are omitted."""
    keys = {row.message for row in rows if row.kind == LiveKind.MESSAGE and row.message is not None}
    if not keys or not (interest.rooms or interest.hears(ROOM_MESSAGES, MY_MESSAGES)):
        return
    for message, described in messages_described(keys, interest):
        payload = Payload([described])
        if interest.hears(ROOM_MESSAGES, message.room.public_id):
            yield Delivery(Frame(ROOM_MESSAGES, message.room.public_id, payload))


def messages_described(keys: Collection[int], interest: Interest) -> list[tuple[Message, dict[str, Any]]]:
    """Return the messages in rooms that are heard, each with its API object, in the order in which they were posted."""
    messages = Message.objects.filter(pk__in=keys, deleted_at=None).select_related("room").order_by("pk")
    if not interest.hears(ROOM_MESSAGES, MY_MESSAGES):
        messages = messages.filter(room__public_id__in=interest.rooms)
    loaded = list(messages)
    described = [present(values) for values in messages_of(loaded)]
    return list(zip(loaded, described, strict=True))


def present(values: dict[str, Any]) -> dict[str, Any]:
    """Return an API object without the fields that have no value, as the API omits them."""
    return {name: value for name, value in values.items() if value is not None}
