"""What is encrypted for a browser or UnifiedPush app: read by templates/push/web/worker.js, described in
docs/web-push.md.

Push services cannot read it. So it contains the texts even if the payload for Apple and Google contains only the
message's id. What the privacy settings hide on lock screens is hidden here too.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.urls import reverse

from push.content.mail import room_url
from push.content.options import CLEAR, URGENT, PushContent, payload_of
from push.content.texts import texts_of
from push.models import Device, PushSettings
from push.receipts import receipt_token
from push.selectors.items import Item
from workspace.addresses import absolute_url
from workspace.models import GeneralSettings

MESSAGE = "message"
# The length of a topic (RFC 8030, 5.4): letters, digits, - and _.
TOPIC_BYTES = 24


class WebPushPayload:
    """Builds what is encrypted for a browser or app."""

    def message(self, item: Item, device: Device, content: PushContent) -> dict[str, Any]:
        return web_options(item, device)

    def clear(self, device: Device, *, room: str, badge: int, identity: str, message: str = "") -> dict[str, Any]:
        return web_clear_options(room, badge=badge, message=message)

    def replace(self, item: Item, device: Device, *, identity: str) -> dict[str, Any]:
        return web_replace_options(item, device)


def web_options(item: Item, device: Device) -> dict[str, Any]:
    """Return a member's notification for one device, in the form of a `WebPushMessage`."""
    message, room, texts = item.notification.message, item.room, texts_of(item)
    content = {
        "kind": MESSAGE,
        "title": texts.title or GeneralSettings.current().site_name,
        "text": texts.text,
        "tag": room.public_id,
        "url": room_url(room, message),
        "badge": item.badge,
        "sentAt": int(message.sent_at.timestamp() * 1000),
        "receipt": {
            "url": absolute_url(reverse("web-push-received")),
            "token": receipt_token(item.key, device.pk),
        },
        "payload": payload_of(message, room),
    }
    urgency = "high" if item.notification.rule in URGENT else "normal"
    lifetime = PushSettings.current().message_lifetime
    return {"content": content, "topic": topic_of(room.public_id), "lifetime": lifetime, "urgency": urgency}


def web_clear_options(room: str, *, badge: int, message: str = "") -> dict[str, Any]:
    """Return the update that takes the notifications of a room (by its public id), or of one message, off a device.

    While an update of a room waits for the device, it replaces the room's notifications.
    """
    content = {"kind": CLEAR, "tag": room, "badge": badge, **({"message": message} if message else {})}
    lifetime = PushSettings.current().update_lifetime
    return {"content": content, "topic": topic_of(message or room), "lifetime": lifetime, "urgency": "normal"}


def web_replace_options(item: Item, device: Device) -> dict[str, Any]:
    """Return the update that gives a notification that the device shows its message's new text, without alerting."""
    options = web_options(item, device)
    content = {name: value for name, value in options["content"].items() if name != "receipt"} | {"replaces": True}
    # Of a message's own topic: a newer message of the room that still waits for the device has to stay.
    topic = topic_of(item.notification.message.public_id)
    return {**options, "content": content, "topic": topic, "urgency": "normal"}


def topic_of(public_id: str) -> str:
    """Return the topic of what replaces each other; the push service sees it, and learns nothing of the room by it."""
    digest = hashlib.sha256(f"{GeneralSettings.current().unique_id}/topic/{public_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:TOPIC_BYTES]).decode()
