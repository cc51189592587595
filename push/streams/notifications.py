"""Desktop notifications for sockets: the event `<uid>/notification` of `stream-notify-user`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from push.selectors.desktop import PageEvent
from workspace.api.objects import person_of
from workspace.live.deliveries import Delivery
from workspace.live.listeners import Frame, Payload
from workspace.live.streams import NOTIFY_USER
from workspace.models import Message

# The last part of the event's name.
NOTIFICATION = "notification"


def notification_deliveries(items: Iterable[PageEvent], users: Mapping[int, str]) -> list[Delivery]:
    """Return the notifications for sockets of these users, who are given by key and public id."""
    return [
        Delivery(Frame(NOTIFY_USER, f"{users[item.user_id]}/{NOTIFICATION}", Payload([notification(item)])))
        for item in items
        if item.message is not None and item.user_id in users
    ]


def notification(item: PageEvent) -> dict[str, Any]:
    """Return a notification in the form that clients expect."""
    assert item.message is not None
    assert item.data is not None
    described = {"title": item.data["title"], "text": item.data["text"], "payload": payload_of(item.message)}
    return described | ({"duration": item.data["seconds"]} if item.data["seconds"] else {})


def payload_of(message: Message) -> dict[str, Any]:
    """Return what a client needs to open the message, and to decrypt it if it is encrypted."""
    room = message.room
    content = {"msg": message.text, "t": message.type or None, "content": message.content}
    payload = {
        "_id": message.public_id,
        "rid": room.public_id,
        "tmid": message.parent.public_id if message.parent else None,
        "sender": person_of(message.sender),
        "type": room.type,
        "name": room.name or None,
        "message": {name: value for name, value in content.items() if value is not None},
    }
    return {name: value for name, value in payload.items() if value is not None}
