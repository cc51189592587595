"""What goes to Google: the message of one request to FCM's HTTP v1 interface.

Source: Firebase, "REST resource: projects.messages". Data only: a `notification` block would keep Android from
handing the message to the app in the background.
"""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import Any

from push.lazy_modules import lazy_module
from push.providers.fitting import json_text, payload_fit
from push.providers.pushes import Push

# Takes a quarter of a second to import.
messaging = lazy_module("firebase_admin.messaging")

POSITIVE_32_BIT = 0x7FFFFFFF
# As the library spells it; Google's interface names its values in capital letters.
PRIORITY = "high"
# For what shows nothing: Google slows down apps that are woken in vain.
PRIORITY_SILENT = "normal"


def fcm_message(push: Push) -> dict[str, Any]:
    """Return the request's JSON, its data at most 4,096 bytes long.

    Raises PayloadTooLargeError when shortening the text does not make it fit.
    """
    data = payload_fit(push, push.native or fcm_data_whole)
    priority = PRIORITY_SILENT if push.is_silent or push.is_passive else PRIORITY
    android = messaging.AndroidConfig(
        priority=priority,
        ttl=timedelta(seconds=push.lifetime),
        # What still waits for the device is replaced as well.
        collapse_key=push.collapse or None,
    )
    message = messaging.Message(data=data, android=android)
    # Not given above, where the library warns of it: apps still register tokens, and not the ids that succeed them.
    message.token = push.token
    encoded = json.loads(str(message))
    encoded["android"]["priority"] = priority.upper()
    return {"message": encoded}


def fcm_data_whole(push: Push) -> dict[str, str]:
    """Return the message's data, however long: strings throughout, as Google demands."""
    data = {
        "ejson": json_text(push.payload),
        "notId": str(not_id_of(push)),
        "title": push.title,
        "message": push.text,
        "style": push.style,
        "image": push.image,
        "msgcnt": "" if push.badge is None else str(push.badge),
        "soundname": push.sound,
        "tag": push.collapse,
    }
    return {key: value for key, value in data.items() if value or (key in {"title", "message"} and not push.is_silent)}


def not_id_of(push: Push) -> int:
    """Return the number by which a device stacks notifications.

    The app silently drops a message without one, so a push that brings none gets the number of its room.
    """
    if push.not_id is not None:
        return push.not_id
    room = f"{push.payload.get('host', '')}{push.payload.get('rid', '')}"
    return zlib.crc32(room.encode()) & POSITIVE_32_BIT
