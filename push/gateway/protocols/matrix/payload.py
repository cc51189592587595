"""What Matrix apps are sent: the payloads of Sygnal, the reference gateway, so that existing apps understand them.

Source: Sygnal, docs/applications.md, sygnal/apnspushkin.py and sygnal/gcmpushkin.py (v1 of Google's interface). In
addition, the tweaks `sound` and `highlight` are passed on.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from push.gateway.protocols.matrix.requests import FIELD_MAX_LENGTH, MatrixDevice, Notification
from push.providers.fitting import text_shorten
from push.providers.pushes import Push

# A name may not take the place of the text (characters).
NAME_MAX_LENGTH = 256


def apple_payload(notification: Notification, device: MatrixDevice, push: Push) -> dict[str, Any]:
    """Return the JSON for Apple."""
    payload: dict[str, Any] = {}
    if notification.has_event:
        payload = copy.deepcopy(device.default_payload or {})
    if notification.is_id_only:
        return apple_id_only(payload, notification)
    aps = payload.get("aps")
    payload["aps"] = aps = aps if isinstance(aps, dict) else {}
    key, arguments = wording(notification, push)
    if key:
        alert = aps.get("alert")
        # An alert that is only a text would hide the arguments.
        aps["alert"] = (alert if isinstance(alert, dict) else {}) | {"loc-key": key, "loc-args": arguments}
        payload |= {name: value for name, value in ids(notification).items() if value}
    if device.sound and key:
        aps["sound"] = device.sound
    if notification.badge is not None:
        aps["badge"] = notification.badge
    return payload


def apple_id_only(payload: dict[str, Any], notification: Notification) -> dict[str, Any]:
    """Return the JSON for Apple in the format `event_id_only`: only the app's default payload shows anything."""
    payload |= {name: value for name, value in ids(notification).items() if value}
    if notification.unread is not None:
        payload["unread_count"] = notification.unread
    if notification.missed_calls is not None:
        payload["missed_calls"] = notification.missed_calls
    if not shows_something(payload):
        # Apple requires this of pushes that only the app processes.
        aps = payload.get("aps")
        payload["aps"] = (aps if isinstance(aps, dict) else {}) | {"content-available": 1}
    return payload


def apple_shows(notification: Notification, device: MatrixDevice) -> bool:
    """Return True if Apple shows or sounds something, False if at most the app processes the payload."""
    if not notification.is_id_only and (notification.badge is not None or has_wording(notification)):
        return True
    return notification.has_event and shows_something(device.default_payload or {})


def shows_something(payload: dict[str, Any]) -> bool:
    """Return True if a payload for Apple has something to show or to sound."""
    aps = payload.get("aps")
    return isinstance(aps, dict) and any(aps.get(name) is not None for name in ("alert", "badge", "sound"))


def has_wording(notification: Notification) -> bool:
    """Return True if there is a sentence for such events."""
    if notification.type == "m.room.member":
        return notification.user_is_target and notification.membership == "invite"
    return bool(notification.type)


def ids(notification: Notification) -> dict[str, str]:
    """Return the ids of the event and its room."""
    return {"room_id": notification.room_id, "event_id": notification.event_id}


def wording(notification: Notification, push: Push) -> tuple[str, list[str]]:
    """Return the key of the sentence that the app shows in the user's language, and its arguments.

    The push has the room's name as its title, and the text of the message, which may both have been shortened.
    """
    sender = text_shorten(notification.sender_name or notification.sender or " ", NAME_MAX_LENGTH)
    if not has_wording(notification):
        return "", []
    match notification.type:
        case "m.room.message" | "m.room.encrypted":
            return message_wording(notification, sender, room=push.title, text=push.text)
        case "m.call.invite":
            kind = "VIDEO" if is_video_call(notification.content) else "VOICE"
            return f"{kind}_CALL_FROM_USER", [sender]
        case "m.room.member":
            return (
                ("USER_INVITE_TO_NAMED_ROOM", [sender, push.title]) if push.title else ("USER_INVITE_TO_CHAT", [sender])
            )
    return "MSG_FROM_USER", [sender]


def message_wording(notification: Notification, sender: str, *, room: str, text: str) -> tuple[str, list[str]]:
    """Return the key and the arguments for a message."""
    kind = notification.content.get("msgtype")
    if kind == "m.image":
        return ("IMAGE_FROM_USER_IN_ROOM", [sender, text, room]) if room else ("IMAGE_FROM_USER", [sender, text])
    if text and kind == "m.emote":
        return ("ACTION_FROM_USER_IN_ROOM", [room, sender, text]) if room else ("ACTION_FROM_USER", [sender, text])
    if text:
        key = "MSG_FROM_USER_IN_ROOM_WITH_CONTENT" if room else "MSG_FROM_USER_WITH_CONTENT"
        return key, [sender, room, text] if room else [sender, text]
    return ("MSG_FROM_USER_IN_ROOM", [sender, room]) if room else ("MSG_FROM_USER", [sender])


def is_video_call(content: dict[str, Any]) -> bool:
    """Return True if a call offers a picture."""
    offer = content.get("offer")
    return isinstance(offer, dict) and "m=video" in str(offer.get("sdp", ""))


def google_data(notification: Notification, device: MatrixDevice, push: Push) -> dict[str, str]:
    """Return the data for Google, which must all be strings."""
    data = dict(device.default_payload or {}) if notification.has_event else {}
    data |= {
        **ids(notification),
        "type": notification.type,
        "sender": notification.sender,
        "room_name": push.title if notification.room_name else "",
        "room_alias": text_shorten(notification.room_alias, NAME_MAX_LENGTH),
        "membership": notification.membership,
        "sender_display_name": text_shorten(notification.sender_name, NAME_MAX_LENGTH),
        **google_content(notification, push),
        "prio": "normal" if notification.is_low_priority else "high",
        "unread": notification.unread,
        "missed_calls": notification.missed_calls,
        "sound": device.sound,
        "highlight": "true" if device.highlight else "",
    }
    return {name: value_text(value) for name, value in data.items() if value not in ("", None)}


def google_content(notification: Notification, push: Push) -> dict[str, str]:
    """Return the strings of the event's content. Others than the text are left out if all do not fit."""
    content = {
        f"content_{name}": value[:FIELD_MAX_LENGTH]
        for name, value in push.payload.get("content", {}).items()
        if isinstance(value, str)
    }
    return content | {"content_body": push.text} if notification.body else content


def value_text(value: Any) -> str:
    """Return a value as Google requires it."""
    return value if isinstance(value, str) else json.dumps(value)
