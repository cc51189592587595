"""What leaves this server with a push, field by field, under each privacy setting.

The one list behind docs/privacy.md, and behind the test that compares every field of every payload with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PLACEHOLDER = "“You have a new message”"
LEFT_OUT = "left out"
EMPTY = "empty"


class Privacy(StrEnum):
    """A privacy setting in the position in which it hides something."""

    NAMES = "*Show Channel/Group/Username in Notification* off"
    MESSAGE = "*Show Message in Notification* off"
    CONTENT = "*Hide message content from Apple and Google* on"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One field of the gateway protocol: its path, its contents, and what it contains instead under a setting.

    `apple` and `google` are the field's places in what these are sent; empty if it is not sent there.
    """

    path: str
    contents: str
    hidden: Mapping[Privacy, str] = field(default_factory=dict)
    apple: str = ""
    google: str = ""


def in_payload(
    name: str, contents: str, hidden: Mapping[Privacy, str] | None = None, *, google: str = "ejson"
) -> Disclosed:
    """Return a field of the payload that the app reads, which Apple and Google are sent as `ejson`."""
    return Disclosed(f"payload.{name}", contents, hidden or {}, apple="ejson", google=google)


NAMES, MESSAGE, CONTENT = Privacy.NAMES, Privacy.MESSAGE, Privacy.CONTENT
GONE_BY_NAME = {NAMES: LEFT_OUT, CONTENT: LEFT_OUT}
GONE_BY_MESSAGE = {MESSAGE: LEFT_OUT, CONTENT: LEFT_OUT}

FIELDS: tuple[Disclosed, ...] = (
    Disclosed(
        "title",
        "the room, or in a direct room the sender",
        {NAMES: EMPTY, CONTENT: EMPTY},
        "aps.alert.title",
        "title",
    ),
    Disclosed(
        "text",
        "the sender and the text",
        {NAMES: "the text alone", MESSAGE: f"{PLACEHOLDER} in place of the text", CONTENT: PLACEHOLDER},
        "aps.alert.body",
        "message",
    ),
    Disclosed("badge", "the number of unread messages of the receiver", apple="aps.badge", google="msgcnt"),
    Disclosed("sound", "`default`, or empty", apple="aps.sound", google="soundname"),
    Disclosed(
        "notId",
        "a number that is the same for all pushes of one room, made with a key that never leaves this server",
        apple="aps.thread-id",
        google="notId",
    ),
    Disclosed("topic", "the app's bundle id (Apple only)", apple="apns-topic (header)"),
    Disclosed(
        "ttl", "how long the push service stores the push", apple="apns-expiration (header)", google="android.ttl"
    ),
    Disclosed("identity", "a random-looking id of this push", apple="apns-id and apns-collapse-id (headers)"),
    Disclosed("uniqueId", "the id of this workspace"),
    Disclosed("userId", "the receiver's id"),
    Disclosed("createdAt", "the time"),
    Disclosed("createdBy", "`<SERVER>`"),
    Disclosed("sent", "no"),
    Disclosed("sending", "0"),
    Disclosed("from", "`push`", apple="messageFrom"),
    Disclosed("quotaKept", "the share of the quota that this push may not use"),
    Disclosed("silent", "whether it is an update that shows nothing", apple="apns-push-type (header)"),
    Disclosed(
        "passive",
        "whether it is a new text that alerts nobody",
        apple="aps.interruption-level",
        google="android.priority",
    ),
    Disclosed(
        "collapse",
        "the identity of the push whose notification gets a new text",
        apple="apns-collapse-id (header)",
        google="tag and android.collapse_key",
    ),
    Disclosed("contentAvailable", "the same for older gateways", apple="aps.content-available"),
    Disclosed("apn.category", "whether the receiver may answer", apple="aps.category"),
    Disclosed("gcm.style", "`inbox`", google="style"),
    Disclosed("gcm.image", "the address of the room's picture", {NAMES: EMPTY, CONTENT: EMPTY}, google="image"),
    in_payload("host", "the address of this site"),
    in_payload("messageId", "the message's id"),
    in_payload("notificationType", "`message`", {CONTENT: "`message-id-only`"}),
    in_payload("rid", "the room's id", {NAMES: "left out unless it is random", CONTENT: LEFT_OUT}),
    in_payload("type", "the kind of room, or of update", {CONTENT: "left out with messages"}),
    in_payload("tmid", "the id of the thread's first message", {CONTENT: LEFT_OUT}),
    in_payload("name", "the room's name", GONE_BY_NAME),
    in_payload("senderName", "the sender's name", GONE_BY_NAME),
    in_payload("sender._id", "the sender's id", GONE_BY_NAME),
    in_payload("sender.username", "the sender's username", GONE_BY_NAME),
    in_payload("sender.name", "the sender's real name", GONE_BY_NAME),
    in_payload("messageType", "`e2e`: the message is encrypted end to end", {CONTENT: LEFT_OUT}),
    in_payload("content", "the ciphertext of an encrypted message", GONE_BY_MESSAGE),
    in_payload("msg", "the ciphertext of an encrypted message, as older apps send it", GONE_BY_MESSAGE),
    in_payload("badge", "the badge, with updates"),
    in_payload("notId", "the room's number, with updates"),
    in_payload("replaces", "that the text of a notification has changed"),
)

INTRODUCTION = """\
# What leaves this server with a push

<!-- Made by `manage.py privacy_doc` from push/content/disclosure.py: change the fields there, not here. -->

A push passes through a gateway, if one is used, and through Apple or Google. This page lists every field that they
receive, and what *Settings > Push > Privacy* changes. A test compares every payload with it. An app fetches what is
left out from this server with `push.get`, signed in as the receiver. Web push is encrypted for the browser: its push
service learns the subscription's address, the size, the urgency and the time.
"""
HEADER = ("field", "contents", *(privacy.value for privacy in Privacy), "at Apple", "at Google")


def privacy_page() -> str:
    """Return the documentation page as Markdown."""
    rows = [
        (
            f"`{one.path}`",
            one.contents,
            *(one.hidden.get(privacy, "") for privacy in Privacy),
            code(one.apple),
            code(one.google),
        )
        for one in FIELDS
    ]
    lines = ["| " + " | ".join(cells) + " |" for cells in (HEADER, ("---",) * len(HEADER), *rows)]
    return INTRODUCTION + "\n" + "\n".join(lines) + "\n"


def code(name: str) -> str:
    """Return the field's name as code; nothing for no name."""
    return f"`{name}`" if name else ""
