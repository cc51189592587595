"""Parses provider payloads into the notifications that a phone would show."""

from __future__ import annotations

import json
from typing import Any, TypedDict

from push.content.options import CLEAR
from push.models import SandboxPush
from push.providers.protocol import APN


class Card(TypedDict):
    """One notification on a lock screen.

    Notifications with the same `thread` are stacked. `badge` is the new number on the app's icon, or None if the push
    does not change it. `received_at` is in milliseconds since 1970. `message` and `room` are public ids, or empty if
    the push has none. If `clears` is set, the push removes notifications: only that of `message` if there is one. If
    `replaces` is set, it updates the text of that message's notification. If `only_badge` is set, it shows nothing; a
    badge of zero also removes all notifications, as on a real phone.
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
    only_badge: bool
    headers: dict[str, str]
    payload: dict[str, Any]


def card_for(push: SandboxPush) -> Card:
    """Return the notification that a phone would show for the push, together with the payload.

    A push that `clears` shows nothing: the app removes the notifications of its `thread`.
    """
    if cleared := cleared_thread(push.payload):
        return card(push, "", "", *cleared, clears=True)
    parse = parse_apple if push.type == APN else parse_google
    return card(push, *parse(push.payload))


def card(push: SandboxPush, title: str, text: str, thread: str, badge: int | None, *, clears: bool = False) -> Card:
    """Return the notification with the parsed fields of the push."""
    content = content_of(push.payload)
    only_badge = not clears and not title and not text and badge is not None
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
        only_badge=only_badge,
        headers=push.headers,
        payload=push.payload,
    )


def cleared_thread(payload: dict[str, Any]) -> tuple[str, int | None] | None:
    """Return the thread that a silent update clears, and the new badge; None for other pushes."""
    content = content_of(payload)
    if content.get("type") != CLEAR:
        return None
    return str(content.get("notId", "")), content.get("badge")


def content_of(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the push's content for the app; empty if another version wrote it in an unknown format."""
    ejson = text_in(payload, "ejson") or text_in(payload, "message", "data", "ejson") or "{}"
    try:
        content = json.loads(ejson)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def parse_apple(payload: dict[str, Any]) -> tuple[str, str, str, int | None]:
    """Return title, text, thread and badge of a payload for Apple.

    Apps of other chat systems may have the sentence, which is shown here by its key and its arguments.
    """
    title, text, key = (text_in(payload, "aps", "alert", name) for name in ("title", "body", "loc-key"))
    if key and not text:
        arguments = value_in(payload, "aps", "alert", "loc-args")
        title, text = key, ", ".join(map(str, arguments if isinstance(arguments, list) else []))
    badge = value_in(payload, "aps", "badge")
    return title, text, text_in(payload, "aps", "thread-id"), badge if isinstance(badge, int) else None


# Where apps of Rocket.Chat, Matrix, Mattermost and the push API find these, in this order.
GOOGLE_TITLES = ("title", "room_name", "channel_name", "sender_display_name")
GOOGLE_TEXTS = ("message", "content_body", "body", "event_id")
GOOGLE_THREADS = ("notId", "thread")
GOOGLE_BADGES = ("msgcnt", "unread", "badge")


def parse_google(payload: dict[str, Any]) -> tuple[str, str, str, int | None]:
    """Return title, text, thread and badge of a payload for Google."""
    title, text, thread, badge = (
        next(filter(None, (text_in(payload, "message", "data", name) for name in names)), "")
        for names in (GOOGLE_TITLES, GOOGLE_TEXTS, GOOGLE_THREADS, GOOGLE_BADGES)
    )
    return title, text, thread, int(badge) if badge.isdecimal() else None


def text_in(payload: object, *names: str) -> str:
    """Return the string at this path of the payload, or an empty string."""
    value = value_in(payload, *names)
    return value if isinstance(value, str) else ""


def value_in(payload: object, *names: str) -> Any:
    """Return the value at this path of the payload, or None."""
    for name in names:
        payload = payload.get(name) if isinstance(payload, dict) else None
    return payload
