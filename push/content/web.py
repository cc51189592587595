"""What is encrypted for a browser or UnifiedPush app: read by push/static/push/web/worker.js, described in
docs/web-push.md.

Push services cannot read it. So it holds the texts themselves also where the payload that Apple and Google are handed
is the message's id only; what the privacy settings keep off lock screens is kept off these as well.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from django.urls import reverse

from push.content.mail import room_url
from push.content.options import payload_of
from push.content.texts import texts_of
from push.models import TEST_RULE, Device, PushSettings
from push.receipts import receipt_token
from push.selectors.items import Item
from workspace.addresses import absolute_url
from workspace.models import GeneralSettings, Room

MESSAGE = "message"
CLEAR = "clear"
# The rules by which somebody is called for: these wake a device that saves power.
URGENT = frozenset({"direct_message", "mentioned", "highlight", TEST_RULE})
# The length of a topic (RFC 8030, 5.4): letters, digits, - and _.
TOPIC_BYTES = 24


def web_options(item: Item, device: Device) -> dict[str, Any]:
    """Return a member's notification for one device, as :class:`push.transports.webpush.WebPushMessage` takes it."""
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
    return {"content": content, "topic": topic_of(room), "lifetime": lifetime, "urgency": urgency}


def web_clear_options(room: Room, *, badge: int) -> dict[str, Any]:
    """Return the update that takes a room's notifications off a device; while it waits, it replaces them."""
    content = {"kind": CLEAR, "tag": room.public_id, "badge": badge}
    lifetime = PushSettings.current().update_lifetime
    return {"content": content, "topic": topic_of(room), "lifetime": lifetime, "urgency": "normal"}


def topic_of(room: Room) -> str:
    """Return the topic of a room's messages; the push service sees it, and learns nothing of the room by it."""
    digest = hashlib.sha256(f"{GeneralSettings.current().unique_id}/topic/{room.public_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:TOPIC_BYTES]).decode()
