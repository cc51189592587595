"""What goes to Apple: the body and headers of one request to APNs.

Source: Apple, "Generating a remote notification" and "Sending notification requests to APNs".
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from push.providers.fitting import json_text, payload_fit
from push.providers.pushes import CALL_LIFETIME, Push

PRIORITY_NOW = "10"
# For what shows nothing: Apple refuses any other, and delivers it when the device has the power for it.
PRIORITY_BACKGROUND = "5"


def apns_payload(push: Push) -> dict[str, Any]:
    """Return the request's JSON, at most 4,096 bytes long.

    Raises PayloadTooLargeError when shortening the text does not make it fit.
    """
    return payload_fit(push, push.native or apns_payload_whole)


def apns_payload_whole(push: Push) -> dict[str, Any]:
    """Return the request's JSON, however long.

    `mutable-content` lets the app's extension fetch, decrypt and decorate what is shown; without it, it never runs.
    """
    if push.is_silent or push.is_call:
        # The app shows an incoming call by itself (CallKit), from its payload.
        # Apple forbids whatever shows or sounds here; the app finds the badge in its payload.
        return {"aps": {"content-available": 1}, "ejson": json_text(push.payload), "messageFrom": push.sender}
    aps: dict[str, Any] = {"alert": {"title": push.title, "body": push.text}}
    if push.badge is not None:
        aps["badge"] = push.badge
    if push.sound:
        aps["sound"] = push.sound
    if push.category:
        aps["category"] = push.category
    if push.not_id is not None:
        aps["thread-id"] = str(push.not_id)
    if push.is_passive:
        aps["interruption-level"] = "passive"
    if push.content_available:
        aps["content-available"] = 1
    aps["mutable-content"] = 1
    return {"aps": aps, "ejson": json_text(push.payload), "messageFrom": push.sender}


def apns_headers(push: Push, *, at: datetime) -> dict[str, str]:
    """Return the request's headers for a push sent at the time `at`; the ids are the same for every retry.

    Apple does not tell a repeated `apns-id`; the device shows pushes of one `apns-collapse-id` once.
    """
    lifetime = min(push.lifetime, CALL_LIFETIME) if push.is_call else push.lifetime
    headers = {
        "apns-topic": push.topic,
        "apns-priority": PRIORITY_BACKGROUND if alerts_nobody(push) else PRIORITY_NOW,
        "apns-push-type": push_type_of(push),
        # Apple: 0 stands for "deliver at once or not at all".
        "apns-expiration": str(int((at + timedelta(seconds=lifetime)).timestamp())) if lifetime else "0",
    }
    if push.identity:
        headers["apns-id"] = apns_id(push.identity)
        headers["apns-collapse-id"] = apns_id(push.collapse or push.identity)
    return headers


def push_type_of(push: Push) -> str:
    """Return the value of `apns-push-type`, which Apple requires to match the topic and the payload."""
    if push.is_call:
        return "voip"
    return "background" if push.is_silent else "alert"


def alerts_nobody(push: Push) -> bool:
    """Return True if the device may delay the push to save power."""
    return (push.is_silent or push.is_passive) and not push.is_call


def apns_id(identity: str) -> str:
    """Return the identity as the lower-case UUID that Apple asks for."""
    try:
        return str(uuid.UUID(identity))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, identity))
