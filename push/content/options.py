"""The push itself: `options` of the gateway protocol, with the payload that apps act upon."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from push.content.texts import shown_name, texts_of
from push.models import Device, DeviceType, PushSettings
from push.selectors.items import Item
from workspace.models import GeneralSettings, Message, Room, User
from workspace.models.messages import ENCRYPTED
from workspace.services.messages import can_post

CATEGORY_REPLY = "MESSAGE"
CATEGORY_NO_REPLY = "MESSAGE_NOREPLY"
# Apps disable answering for the number 1, and 0 stands for none.
RESERVED_IDS = 2


@dataclass(frozen=True, slots=True)
class PushContent:
    """What all devices of one item are sent."""

    notification_key: int
    shared: dict[str, Any]

    def options_for(self, device: Device) -> dict[str, Any]:
        """Return the `options` for one device; `identity` is the same for every retry."""
        options = {**self.shared, "identity": identity_of(self.notification_key, device.pk)}
        if device.type == DeviceType.APN:
            options["topic"] = device.app_name
        return options


def push_content(item: Item) -> PushContent:
    """Return what is pushed for an item."""
    texts = texts_of(item)
    room, unique_id = item.room, GeneralSettings.current().unique_id
    return PushContent(
        item.key,
        {
            "uniqueId": unique_id,
            "from": "push",
            "title": texts.title,
            "text": texts.text,
            "badge": item.badge,
            "sound": "default",
            "notId": room_number(unique_id, room.public_id),
            "payload": payload_of(item.notification.message, room),
            "apn": {"category": CATEGORY_REPLY if may_answer(item) else CATEGORY_NO_REPLY},
            "gcm": {"style": "inbox", "image": f"{settings.SITE_URL}/avatar/room/{room.public_id}"},
            "userId": item.user.public_id,
            "createdAt": timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "createdBy": "<SERVER>",
            "sent": False,
            "sending": 0,
        },
    )


def identity_of(notification_key: int, device_key: int) -> str:
    """Return the identity of one notification on one device of this workspace."""
    unique_id = GeneralSettings.current().unique_id
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{unique_id}/{notification_key}/{device_key}"))


def room_number(unique_id: str, room_id: str) -> int:
    """Return the signed 32-bit number under which a device stacks one room's notifications."""
    digest = hashlib.sha256(f"{unique_id}/{room_id}".encode()).digest()
    number = int.from_bytes(digest[:4], "big", signed=True)
    return number if number not in range(RESERVED_IDS) else number + RESERVED_IDS


def may_answer(item: Item) -> bool:
    """Return whether the member may post in the room, so that the app offers to answer."""
    subscription = item.subscription
    return subscription is not None and can_post(subscription=subscription, room=item.room, sender=item.user)


def payload_of(message: Message, room: Room) -> dict[str, Any]:
    """Return what an app opens the message by.

    Where names are not to be shown they are left out here as well: apps show the payload's names on the lock screen.
    """
    payload = {
        "host": settings.SITE_URL,
        "rid": room.public_id,
        "type": room.type,
        "messageId": message.public_id,
        "notificationType": "message",
    }
    if message.parent is not None:
        payload["tmid"] = message.parent.public_id
    return payload | names_of(message.sender, room) | encrypted_part(message)


def names_of(sender: User, room: Room) -> dict[str, Any]:
    """Return the payload's fields that name people and rooms."""
    if not PushSettings.current().show_username_room:
        return {}
    who = {"_id": sender.public_id, "username": sender.username, "name": sender.display_name}
    named = {} if room.is_direct else {"name": room.name}
    return {"sender": who, "senderName": shown_name(sender), **named}


def encrypted_part(message: Message) -> dict[str, Any]:
    """Return the payload's fields of an encrypted message, which the app decrypts where messages may be shown."""
    if message.type != ENCRYPTED:
        return {}
    if not PushSettings.current().show_message:
        return {"messageType": ENCRYPTED}
    if message.content is not None:
        return {"messageType": ENCRYPTED, "content": message.content}
    return {"messageType": ENCRYPTED, "msg": message.text}
