"""The push itself: `options` of the gateway protocol, with the payload that apps act upon."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from cloud.models import SetupWizardSettings
from push.content.cutting import shorten
from push.content.texts import NAME_LENGTH, placeholder, shown_name, texts_of
from push.models import TEST_RULE, Device, PushSettings
from push.selectors.items import Item
from workspace.addresses import absolute_url
from workspace.ids import is_random_id
from workspace.models import GeneralSettings, Message, Room, User
from workspace.models.messages import ENCRYPTED
from workspace.services.messages import can_post

# The type of an update that removes notifications.
CLEAR = "clear"
CATEGORY_REPLY = "MESSAGE"
CATEGORY_NO_REPLY = "MESSAGE_NOREPLY"
# Apps disable answering for the number 1, and 0 stands for none.
RESERVED_IDS = 2
# The rules that may use the whole quota, whatever part of it is kept for them.
FOR_ONE_PERSON = {"direct_message", "mentioned", TEST_RULE}
# The rules for messages that are meant for the member: these wake a device that saves power.
URGENT = frozenset({"direct_message", "mentioned", "highlight", TEST_RULE})


@dataclass(frozen=True, slots=True)
class PushContent:
    """What all devices of one item are told: `shared` in whole, `sent` as far as it leaves the server with the push.

    The two differ where the push carries the message's id only, and the app fetches the rest from this server.
    """

    notification_key: int
    shared: dict[str, Any]
    sent: dict[str, Any]

    def options_for(self, device: Device) -> dict[str, Any]:
        """Return the `options` for one device; `identity` is the same for every retry."""
        return {**self.sent, "identity": identity_of(self.notification_key, device.pk)}


def push_content(item: Item) -> PushContent:
    """Return what is pushed for an item."""
    texts = texts_of(item)
    room, unique_id = item.room, GeneralSettings.current().unique_id
    whole = quota_part(item) | {
        "uniqueId": unique_id,
        "from": "push",
        "title": texts.title,
        "text": texts.text,
        "badge": item.badge,
        "sound": "default",
        "ttl": PushSettings.current().message_lifetime,
        "notId": room_number(unique_id, room.public_id),
        "payload": payload_of(item.notification.message, room),
        "apn": {"category": CATEGORY_REPLY if may_answer(item) else CATEGORY_NO_REPLY},
        "gcm": {"style": "inbox", "image": absolute_url(reverse("avatar-room", args=[room.public_id]))},
        "userId": item.user.public_id,
        "createdAt": timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "createdBy": "<SERVER>",
        "sent": False,
        "sending": 0,
    }
    privacy = PushSettings.current()
    if privacy.request_content_from_server:
        return PushContent(item.key, whole, without_content(whole, item))
    return PushContent(item.key, whole, whole if privacy.show_username_room else without_room(whole))


def without_room(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the options without the room's picture, and without its id if that can be read, such as `GENERAL`.

    A random id says nothing about the room, and apps need it to open the room.
    """
    payload = {name: value for name, value in whole["payload"].items() if name != "rid" or is_random_id(value)}
    return {**whole, "payload": payload, "gcm": {**whole["gcm"], "image": ""}}


def room_reference(room_id: str) -> dict[str, Any]:
    """Return the payload's field that names the room of an update, as far as the privacy settings allow."""
    privacy = PushSettings.current()
    if privacy.request_content_from_server or not (privacy.show_username_room or is_random_id(room_id)):
        return {}
    return {"rid": room_id}


def without_content(whole: dict[str, Any], item: Item) -> dict[str, Any]:
    """Return the options with nothing in them of the message but its id, nor of its room and sender.

    The payload's three fields are all that apps need to fetch the rest, by `push.get`.
    """
    payload = {
        "host": settings.SITE_URL,
        "messageId": item.notification.message.public_id,
        "notificationType": "message-id-only",
    }
    hidden = {"title": "", "text": placeholder(item.user), "payload": payload, "gcm": {"style": "inbox", "image": ""}}
    return {**whole, **hidden}


def quota_part(item: Item) -> dict[str, Any]:
    """Return the mark by which the gateway tells what may not use the part of the quota kept for direct messages."""
    kept = SetupWizardSettings.current().quota_reserved
    return {} if not kept or item.notification.rule in FOR_ONE_PERSON else {"quotaKept": kept}


def identity_of(notification_key: int, device_key: int) -> str:
    """Return the identity of one notification on one device of this workspace."""
    unique_id = GeneralSettings.current().unique_id
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{unique_id}/{notification_key}/{device_key}"))


def room_number(unique_id: str, room_id: str) -> int:
    """Return the signed 32-bit number under which a device stacks one room's notifications.

    It is made with this site's key, so that nobody else can find the room by trying known ids such as `GENERAL`.
    """
    digest = salted_hmac("push.room_number", f"{unique_id}/{room_id}", algorithm="sha256").digest()
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
    real_name = shorten(sender.display_name, NAME_LENGTH)
    who = {"_id": sender.public_id, "username": sender.username, "name": real_name}
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
