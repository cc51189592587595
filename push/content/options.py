"""The content of a push: `options` of the gateway protocol, with the payload for the app."""

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
from push.content.texts import NAME_LENGTH, author_name, placeholder, texts_of
from push.models import TEST_RULE, Device, PushSettings
from push.selectors.items import Item
from workspace.addresses import absolute_url
from workspace.ids import is_random_id
from workspace.models import GeneralSettings, Message, Room
from workspace.models.messages import ENCRYPTED
from workspace.services.messages import can_post

# The type of an update that removes notifications.
CLEAR = "clear"
CATEGORY_REPLY = "MESSAGE"
CATEGORY_NO_REPLY = "MESSAGE_NOREPLY"
# Apps disable replies for the number 1, and 0 means that there is none.
RESERVED_IDS = 2
# Rules whose pushes may use the whole quota, including the reserved part.
PERSONAL_RULES = {"direct_message", "mentioned", TEST_RULE}
# The rules for messages that are meant for the member: these wake a device that saves power.
URGENT = frozenset({"direct_message", "mentioned", "highlight", TEST_RULE})


@dataclass(frozen=True, slots=True)
class PushContent:
    """The push options for all devices of one item: `shared` is the full content, `sent` is what the push contains.

    They differ if privacy settings restrict the push, for example to the message's id, so that the app must fetch the
    full content from this server.
    """

    notification_key: int
    shared: dict[str, Any]
    sent: dict[str, Any]

    def options_for(self, device: Device) -> dict[str, Any]:
        """Return the `options` for one device; `identity` is the same for all retries."""
        return {**self.sent, "identity": identity_of(self.notification_key, device.pk)}


def push_content(item: Item) -> PushContent:
    """Return the push content for an item."""
    texts = texts_of(item)
    room, unique_id = item.room, GeneralSettings.current().unique_id
    full = quota_options(item) | {
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
        return PushContent(item.key, full, without_content(full, item))
    return PushContent(item.key, full, full if privacy.show_username_room else without_room(full))


def without_room(full: dict[str, Any]) -> dict[str, Any]:
    """Return the options without the room's image, and without its id if that is a readable name such as `GENERAL`.

    Random ids reveal nothing about the room, and apps need them to open it.
    """
    payload = {name: value for name, value in full["payload"].items() if name != "rid" or is_random_id(value)}
    return {**full, "payload": payload, "gcm": {**full["gcm"], "image": ""}}


def room_reference(room_id: str) -> dict[str, Any]:
    """Return the payload field with the room id of an update, if the privacy settings allow it."""
    privacy = PushSettings.current()
    if privacy.request_content_from_server or not (privacy.show_username_room or is_random_id(room_id)):
        return {}
    return {"rid": room_id}


def without_content(full: dict[str, Any], item: Item) -> dict[str, Any]:
    """Return the options with the message's id only: without text, room and sender.

    The three payload fields are what apps need to fetch the rest with `push.get`.
    """
    payload = {
        "host": settings.SITE_URL,
        "messageId": item.notification.message.public_id,
        "notificationType": "message-id-only",
    }
    hidden = {"title": "", "text": placeholder(item.user), "payload": payload, "gcm": {"style": "inbox", "image": ""}}
    return {**full, **hidden}


def quota_options(item: Item) -> dict[str, Any]:
    """Return the option that tells the gateway which part of the quota this push must not use."""
    reserved = SetupWizardSettings.current().quota_reserved
    return {} if not reserved or item.notification.rule in PERSONAL_RULES else {"quotaKept": reserved}


def identity_of(notification_key: int, device_key: int) -> str:
    """Return the identity of a notification on a device of this workspace."""
    unique_id = GeneralSettings.current().unique_id
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{unique_id}/{notification_key}/{device_key}"))


def room_number(unique_id: str, room_id: str) -> int:
    """Return the signed 32-bit number by which a device groups a room's notifications.

    It is derived with this site's key, so that nobody can find the room by trying known ids such as `GENERAL`.
    """
    digest = salted_hmac("push.room_number", f"{unique_id}/{room_id}", algorithm="sha256").digest()
    number = int.from_bytes(digest[:4], "big", signed=True)
    return number if number not in range(RESERVED_IDS) else number + RESERVED_IDS


def may_answer(item: Item) -> bool:
    """Return True if the member may post in the room, so that the app offers to reply."""
    subscription = item.subscription
    return subscription is not None and can_post(subscription=subscription, room=item.room, sender=item.user)


def payload_of(message: Message, room: Room) -> dict[str, Any]:
    """Return the payload with which an app opens the message.

    Names are omitted if the settings hide them, because apps show the payload's names on the lock screen.
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
    return payload | name_fields(message, room) | encrypted_fields(message)


def name_fields(message: Message, room: Room) -> dict[str, Any]:
    """Return the payload fields with names of people and rooms. Apps show the alias of a message as its author."""
    if not PushSettings.current().show_username_room:
        return {}
    sender = message.sender
    shown_name = author_name(message) if message.alias else shorten(sender.display_name, NAME_LENGTH)
    person = {"_id": sender.public_id, "username": sender.username, "name": shown_name}
    named = {} if room.is_direct else {"name": room.name}
    return {"sender": person, "senderName": author_name(message), **named}


def encrypted_fields(message: Message) -> dict[str, Any]:
    """Return the payload fields of an encrypted message; the app decrypts it if messages may be shown."""
    if message.type != ENCRYPTED:
        return {}
    if not PushSettings.current().show_message:
        return {"messageType": ENCRYPTED}
    if message.content is not None:
        return {"messageType": ENCRYPTED, "content": message.content}
    return {"messageType": ENCRYPTED, "msg": message.text}
