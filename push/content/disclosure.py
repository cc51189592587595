"""The list of all fields that a push contains, and how each privacy setting changes them.

docs/privacy.md is generated from this list, and a test compares every payload with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

from push.providers.disclosure import EMPTY, LEFT_OUT, PLACEHOLDER, Disclosed, Privacy
from push.providers.docs import table
from push.providers.registry import providers


def in_payload(name: str, contents: str, hidden: Mapping[Privacy, str] | None = None) -> Disclosed:
    """Return a field of the payload for the app."""
    return Disclosed(f"payload.{name}", contents, hidden or {})


NAMES, MESSAGE, CONTENT = Privacy.NAMES, Privacy.MESSAGE, Privacy.CONTENT
OMITTED_WITHOUT_NAMES = {NAMES: LEFT_OUT, CONTENT: LEFT_OUT}
OMITTED_WITHOUT_MESSAGE = {MESSAGE: LEFT_OUT, CONTENT: LEFT_OUT}

FIELDS: tuple[Disclosed, ...] = (
    Disclosed(
        "title",
        "the room, or in a direct room the sender",
        {NAMES: EMPTY, CONTENT: EMPTY},
    ),
    Disclosed(
        "text",
        "the sender and the text",
        {NAMES: "the text alone", MESSAGE: f"{PLACEHOLDER} in place of the text", CONTENT: PLACEHOLDER},
    ),
    Disclosed("badge", "the number of unread messages of the receiver"),
    Disclosed("sound", "`default`, or empty"),
    Disclosed(
        "notId",
        "a number that is the same for all pushes of one room, made with a key that never leaves this server",
    ),
    Disclosed("topic", "the app's bundle id (Apple only)"),
    Disclosed("ttl", "how long the push service stores the push"),
    Disclosed("identity", "a random-looking id of this push"),
    Disclosed("uniqueId", "the id of this workspace"),
    Disclosed("userId", "the receiver's id"),
    Disclosed("createdAt", "the time"),
    Disclosed("createdBy", "`<SERVER>`"),
    Disclosed("sent", "no"),
    Disclosed("sending", "0"),
    Disclosed("from", "`push`"),
    Disclosed("quotaKept", "the share of the quota that this push may not use"),
    Disclosed("silent", "whether it is an update that shows nothing"),
    Disclosed(
        "passive",
        "whether it is a new text that alerts nobody",
    ),
    Disclosed(
        "collapse",
        "the identity of the push whose notification gets a new text",
    ),
    Disclosed("contentAvailable", "the same for older gateways"),
    Disclosed("apn.category", "whether the receiver may answer"),
    Disclosed("gcm.style", "`inbox`"),
    Disclosed("gcm.image", "the address of the room's picture", {NAMES: EMPTY, CONTENT: EMPTY}),
    in_payload("host", "the address of this site"),
    in_payload("messageId", "the message's id"),
    in_payload("notificationType", "`message`", {CONTENT: "`message-id-only`"}),
    in_payload("rid", "the room's id", {NAMES: "left out unless it is random", CONTENT: LEFT_OUT}),
    in_payload("type", "the kind of room, or of update", {CONTENT: "left out with messages"}),
    in_payload("tmid", "the id of the thread's first message", {CONTENT: LEFT_OUT}),
    in_payload("name", "the room's name", OMITTED_WITHOUT_NAMES),
    in_payload("senderName", "the sender's name", OMITTED_WITHOUT_NAMES),
    in_payload("sender._id", "the sender's id", OMITTED_WITHOUT_NAMES),
    in_payload("sender.username", "the sender's username", OMITTED_WITHOUT_NAMES),
    in_payload("sender.name", "the sender's real name", OMITTED_WITHOUT_NAMES),
    in_payload("messageType", "`e2e`: the message is encrypted end to end", {CONTENT: LEFT_OUT}),
    in_payload("content", "the ciphertext of an encrypted message", OMITTED_WITHOUT_MESSAGE),
    in_payload("msg", "the ciphertext of an encrypted message, as older apps send it", OMITTED_WITHOUT_MESSAGE),
    in_payload("badge", "the badge, with updates"),
    in_payload("notId", "the room's number, with updates"),
    in_payload("replaces", "that the text of a notification has changed"),
)

HEADING = """\
# What leaves this server with a push

<!-- Made by `manage.py writedocs` from push/content/disclosure.py and push/providers/*/provider.py: change the fields
there, not here. -->"""
INTRODUCTION = (
    "A push passes through a gateway, if one is used, and through Apple or Google. This page lists every field that "
    "they receive, and what *Settings > Push > Privacy* changes. A test compares every payload with it. An app fetches "
    "what is left out from this server with `push.get`, signed in as the receiver."
)
LINE_LENGTH = 120
HEADER = ("field", "contents", *(privacy.value for privacy in Privacy))


def privacy_page() -> str:
    """Return the documentation page as Markdown."""
    disclosures = [provider.disclosure for provider in providers()]
    columns = [disclosure for disclosure in disclosures if disclosure.places]
    rows = [(*row_of(one), *(code(column.place_of(one.path)) for column in columns)) for one in FIELDS]
    introduction = " ".join([INTRODUCTION, *(disclosure.note for disclosure in disclosures if disclosure.note)])
    parts = [HEADING, fill(introduction, LINE_LENGTH), table((*HEADER, *(one.title for one in columns)), rows)]
    for one in disclosures:
        if one.fields:
            parts += [f"## {one.title}", table(HEADER, [row_of(field) for field in one.fields])]
    return "\n\n".join(parts) + "\n"


def row_of(one: Disclosed) -> tuple[str, ...]:
    """Return the table cells of a field."""
    return (f"`{one.path}`", one.contents, *(one.hidden.get(privacy, "") for privacy in Privacy))


def code(name: str) -> str:
    """Return the field's name as Markdown code, or an empty string."""
    return f"`{name}`" if name else ""
