"""Making a message of a payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workspace.errors import ApplicationError
from workspace.webhooks.programs import PROGRAMS
from workspace.webhooks.reading import text_in, texts_in
from workspace.webhooks.slack import attachments_read, blocks_text, is_slack, picture_of, text_convert

SLACK = "slack"
EMOJI_LENGTH, ALIAS_LENGTH = 64, 255


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMessage:
    """A message as a program posts it. `targets` is empty if the webhook's own rooms are meant."""

    text: str = ""
    attachments: Sequence[dict[str, Any]] = ()
    targets: Sequence[str] = ()
    alias: str = ""
    emoji: str = ""
    avatar: str = ""
    thread: str = ""
    format: str = field(default=SLACK)


def message_read(payload: Mapping[str, Any]) -> IncomingMessage:
    """Return the message in a payload; raises `invalid-payload` if there is none."""
    for program in PROGRAMS:
        if program.recognises(payload):
            return IncomingMessage(text=program.text(payload), format=program.name)
    if not is_slack(payload):
        raise ApplicationError("invalid-payload", "The payload has neither a text nor a format that is known")
    attachments, blocks = payload.get("attachments"), payload.get("blocks")
    avatar = picture_of(payload, "icon_url") or picture_of(payload, "avatar")
    return IncomingMessage(
        text=text_convert(text_in(payload, "text") or text_in(payload, "msg")).strip() or blocks_text(blocks),
        attachments=attachments_read(attachments),
        targets=texts_in(payload, "channel") or texts_in(payload, "roomId"),
        alias=(text_in(payload, "username") or text_in(payload, "alias"))[:ALIAS_LENGTH],
        # A picture takes precedence.
        emoji="" if avatar else emoji_of(text_in(payload, "icon_emoji") or text_in(payload, "emoji")),
        avatar=avatar,
        thread=text_in(payload, "tmid"),
    )


def emoji_of(text: str) -> str:
    """Return the emoji with the colons around its name that clients expect."""
    name = text.strip()
    if name.isascii() and name:
        name = f":{name.strip(':')}:"
    return name if len(name) <= EMOJI_LENGTH else ""
