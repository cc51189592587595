"""Reading a provider's payload back as a phone would show it."""

from __future__ import annotations

import json
from typing import Any, TypedDict

from push.content.options import CLEAR
from push.models import SandboxPush
from push.providers.protocol import APN


class Card(TypedDict):
    """One notification on a lock screen.

    `thread` is the same for those that are stacked; `badge` is the number on the app's icon from then on, None where
    the push leaves it as it is; `received_at` is in milliseconds since 1970. `message` and `room` are public ids, empty
    where the push has none: one that `clears` and names a message takes only this away, one that `replaces` gives it
    its new text.
    """

    id: int
    title: str
    text: str
    thread: str
    badge: int | None
    received_at: int
    clears: bool
    message: str
    room: str
    replaces: bool
    headers: dict[str, str]
    payload: dict[str, Any]


def card_of(push: SandboxPush) -> Card:
    """Return the notification that the push's provider would show, with the payload that it comes from.

    One that `clears` shows nothing: the app takes the notifications of its `thread` away.
    """
    if cleared := cleared_by(push.payload):
        return card(push, "", "", *cleared, clears=True)
    read = apple_read if push.type == APN else google_read
    return card(push, *read(push.payload))


def card(push: SandboxPush, title: str, text: str, thread: str, badge: int | None, *, clears: bool = False) -> Card:
    """Return the notification of the push that has been read."""
    content = content_of(push.payload)
    return Card(
        id=push.pk,
        title=title,
        text=text,
        thread=thread,
        badge=badge,
        received_at=int(push.received_at.timestamp() * 1000),
        clears=clears,
        message=str(content.get("messageId", "")),
        room=str(content.get("rid", "")),
        replaces=content.get("replaces") is True,
        headers=push.headers,
        payload=push.payload,
    )


def cleared_by(payload: dict[str, Any]) -> tuple[str, int | None] | None:
    """Return the thread whose notifications a silent update takes away, and the badge after it; None for others."""
    content = content_of(payload)
    if content.get("type") != CLEAR:
        return None
    return str(content.get("notId", "")), content.get("badge")


def content_of(payload: dict[str, Any]) -> dict[str, Any]:
    """Return what the push tells the app; empty if another version of the product wrote it in another form."""
    ejson = text_in(payload, "ejson") or text_in(payload, "message", "data", "ejson") or "{}"
    try:
        content = json.loads(ejson)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def apple_read(payload: dict[str, Any]) -> tuple[str, str, str, int | None]:
    """Return title, text, thread and badge of what was sent to Apple."""
    title, text = (text_in(payload, "aps", "alert", name) for name in ("title", "body"))
    badge = value_in(payload, "aps", "badge")
    return title, text, text_in(payload, "aps", "thread-id"), badge if isinstance(badge, int) else None


def google_read(payload: dict[str, Any]) -> tuple[str, str, str, int | None]:
    """Return title, text, thread and badge of what was sent to Google."""
    title, text, thread, badge = (
        text_in(payload, "message", "data", name) for name in ("title", "message", "notId", "msgcnt")
    )
    return title, text, thread, int(badge) if badge.isdecimal() else None


def text_in(payload: object, *names: str) -> str:
    """Return the text at this place of the payload; empty without one."""
    value = value_in(payload, *names)
    return value if isinstance(value, str) else ""


def value_in(payload: object, *names: str) -> Any:
    """Return the value at this place of the payload; None without one."""
    for name in names:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload
