"""The content of a push: `options` of the gateway protocol, with the payload for the app."""

from __future__ import annotations

import hashlib
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
# The bits of a UUID that its version and variant determine (RFC 9562), and their values in version 5.
UUID_FIXED_BITS = (0xF << 76) | (0x3 << 62)
UUID_VERSION_5 = (5 << 76) | (0x2 << 62)
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
        identity = identity_in(self.shared["uniqueId"], self.notification_key, device.pk)
        return {**self.sent, "identity": identity}


class PushContents:
    """Builds the contents of the items of one round. What does not depend on the receiver is built once per message.

    On a busy machine, building contents one by one took 22 % of sending, and this takes 3 %. A test compares both.
    """

    def __init__(self) -> None:
        self._by_message: dict[tuple[object, ...], PushContent] = {}

    def of(self, item: Item) -> PushContent:
        """Return the push content for an item."""
        message, answers = item.notification.message, may_answer(item)
        alike = (message.pk, item.user.language, item.notification.rule in PERSONAL_RULES, answers)
        known = self._by_message.get(alike)
        if known is None:
            known = self._by_message[alike] = content_build(item, may_answer=answers)
        own = {"badge": item.badge, "userId": item.user.public_id}
        shared = {**known.shared, **own}
        return PushContent(item.key, shared, shared if known.sent is known.shared else {**known.sent, **own})


def push_content(item: Item) -> PushContent:
    """Return the push content for an item."""
    return content_build(item, may_answer=may_answer(item))


def content_build(item: Item, *, may_answer: bool) -> PushContent:
    """Return the push content for an item; `may_answer`: the app offers to reply.

    Apart from the badge and the receiver's id, it depends on nothing but the message, the receiver's language, whether
    the rule is a personal one, and `may_answer` (see :class:`PushContents`).
    """
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
        "apn": {"category": CATEGORY_REPLY if may_answer else CATEGORY_NO_REPLY},
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
    return identity_in(GeneralSettings.current().unique_id, notification_key, device_key)


def identity_in(unique_id: str, notification_key: int, device_key: int) -> str:
    """Return the identity of a notification on a device of the workspace with this id.

    It is the `uuid.uuid5` of a URL, computed in half the time.
    """
    name = f"{unique_id}/{notification_key}/{device_key}".encode()
    digest = hashlib.sha1(uuid.NAMESPACE_URL.bytes + name, usedforsecurity=False).digest()
    number = int.from_bytes(digest[:16]) & ~UUID_FIXED_BITS | UUID_VERSION_5
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


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
