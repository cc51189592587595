"""The format of Slack's webhooks, which Mattermost's and Rocket.Chat's extend."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

from workspace.attachments import MAX_ATTACHMENTS, MAX_LENGTH
from workspace.errors import ApplicationError
from workspace.webhooks.markdown import link
from workspace.webhooks.reading import object_in, objects_in, text_in

CONTENT = ("text", "msg", "attachments", "blocks")
# `<https://example.org|text>`, `<@U024BE7LH|ana>`, `<#C024BE7LR|alerts>`, `<!here>`.
ANGLES = re.compile(r"<(?P<to>(?:https?://|mailto:|[@#!])[^<>|\s][^<>|]*)(?:\|(?P<label>[^<>]*))?>")
GROUPS = {"here": "@here", "channel": "@all", "everyone": "@all", "group": "@all"}
COLORS = {"good": "#2eb886", "warning": "#daa038", "danger": "#a30200"}
MARKED_UP = ("title", "text", "pretext", "fallback", "footer", "author_name", "description")
ADDRESSES = ("title_link", "image_url", "thumb_url", "author_link", "author_icon", "footer_icon", "message_link")
PICTURE_LENGTH = 1000


def is_slack(payload: Mapping[str, Any]) -> bool:
    """Return True if the payload has something that is shown."""
    return any(payload.get(name) for name in CONTENT)


def text_convert(text: str) -> str:
    """Return the text with Slack's links and mentions as everyone writes them here."""
    return unescape(ANGLES.sub(angles_convert, text)) if "<" in text or "&" in text else text


def angles_convert(match: re.Match[str]) -> str:
    """Return what is in angle brackets: a link, a mention of a person, a room or a group, or a date."""
    to, label = match["to"], (match["label"] or "").strip()
    match to[0]:
        case "@" | "#":
            return to[0] + (label or to[1:]).lstrip("@#")
        case "!":
            name = to[1:].split("^")[0]
            return GROUPS.get(name) or label or to[1:]
    return link(label, to) if label else to.removeprefix("mailto:")


def picture_of(payload: Mapping[str, Any], name: str) -> str:
    """Return the address of a picture; empty if it is none."""
    address = text_in(payload, name)
    return address if is_address(address) and len(address) <= PICTURE_LENGTH else ""


def is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def attachments_read(attachments: Any) -> list[dict[str, Any]]:
    """Return the attachments as clients of this workspace show them; raises `invalid-payload` if they are too large.

    Anything but a list is ignored, as in Rocket.Chat.
    """
    read = [attachment_read(item) for item in objects_in({"attachments": attachments}, "attachments")]
    shown = [attachment for attachment in read if attachment]
    if len(shown) > MAX_ATTACHMENTS or len(json.dumps(shown)) > MAX_LENGTH:
        raise ApplicationError("invalid-payload", "The attachments are too large")
    return shown


def attachment_read(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return one attachment: its texts converted, its blocks as text, without addresses that are not of the web."""
    attachment = {key: value for key, value in item.items() if key not in ("blocks", "msg")}
    if text := text_in(item, "msg") or blocks_text(item.get("blocks")):
        attachment["text"] = text
    for name in MARKED_UP:
        if name in attachment:
            attachment[name] = text_convert(text_in(attachment, name))
    for name in ADDRESSES:
        if name in attachment and not is_address(text_in(attachment, name)):
            del attachment[name]
    if "fields" in attachment:
        attachment["fields"] = [field_read(field) for field in objects_in(item, "fields")]
    if (color := text_in(item, "color")) in COLORS:
        attachment["color"] = COLORS[color]
    if isinstance(item.get("ts"), int | float | str):
        attachment |= time_read(text_in(item, "ts"))
    return attachment


def field_read(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return one field of an attachment: a title and a value."""
    return {
        "title": text_convert(text_in(field, "title")),
        "value": text_convert(text_in(field, "value")),
        "short": field.get("short") is True,
    }


def time_read(text: str) -> dict[str, str]:
    """Return the time of an attachment. Slack's are seconds; others are left as they are."""
    try:
        moment = datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return {"ts": text}
    return {"ts": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def blocks_text(blocks: Any) -> str:
    """Return the text of Slack's blocks."""
    lines = (block_text(block) for block in objects_in({"blocks": blocks}, "blocks"))
    return "\n".join(line for line in lines if line)


def block_text(block: Mapping[str, Any]) -> str:
    """Return the text of a block: a header, a section with fields, a context, a picture, or buttons with links."""
    text = text_convert(text_in(block, "text", "text"))
    match text_in(block, "type"):
        case "header":
            return f"*{text}*" if text else ""
        case "image":
            return link(text_in(block, "alt_text") or "image", text_in(block, "image_url"))
        case "divider":
            return ""
    parts = [text, *(text_convert(text_in(field, "text")) for field in objects_in(block, "fields"))]
    for element in objects_in(block, "elements"):
        label = text_in(element, "text") or text_in(object_in(element, "text"), "text")
        address = text_in(element, "url")
        parts.append(link(label, address) if is_address(address) else text_convert(label))
    return "\n".join(part for part in parts if part)
