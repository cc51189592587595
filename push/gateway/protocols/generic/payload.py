"""What apps are sent: the caller's `data` as it is, next to what the provider or the app shows."""

from __future__ import annotations

from typing import Any

from push.providers.fitting import json_text
from push.providers.pushes import Push


def apple_payload(thread: str, push: Push) -> dict[str, Any]:
    """Return the JSON for Apple; `thread` groups notifications."""
    aps: dict[str, Any] = {}
    if push.badge is not None:
        aps["badge"] = push.badge
    if push.is_silent:
        return {"aps": {"content-available": 1}, "data": push.payload}
    if push.title or push.text:
        aps["alert"] = {"title": push.title, "body": push.text}
        aps["mutable-content"] = 1
    optional = {"sound": push.sound, "category": push.category, "thread-id": thread}
    aps |= {name: value for name, value in optional.items() if value}
    document = {"aps": aps, "data": push.payload}
    return document | {"image": push.image} if push.image else document


def google_data(thread: str, push: Push) -> dict[str, str]:
    """Return the data for Google, which must all be strings: the app shows the notification."""
    data = {
        "title": push.title,
        "body": push.text,
        "badge": "" if push.badge is None else str(push.badge),
        "sound": push.sound,
        "category": push.category,
        "thread": thread,
        "image": push.image,
        "tag": push.collapse,
        "data": json_text(push.payload) if push.payload else "",
    }
    return {name: value for name, value in data.items() if value}
