"""Making a push small enough for its provider: a long text is shortened, never dropped."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from push.providers.base import PayloadTooLargeError, Push

# Apple: "Generating a remote notification", 4 KB for other than VoIP; Google: 4,096 bytes for a message's data.
PAYLOAD_MAX_BYTES = 4096
ELLIPSIS = "…"
# A text is rather kept this long (characters) than together with message content that the app can also fetch.
TEXT_WORTH_KEEPING = 80
CONTENT_KEYS = ("msg", "content")
ESSENTIAL_KEYS = ("host", "rid", "type", "messageId", "notificationType", "name", "tmid")
ZERO_WIDTH_JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)

Payload = dict[str, Any]


def payload_fit(push: Push, build: Callable[[Push], Payload]) -> Payload:
    """Return what `build` makes of the push, with as much of its text as 4,096 bytes allow.

    Only when hardly any text would be left are the message's encrypted content, and then all but what a tap needs,
    taken out of the app's payload. Raises PayloadTooLargeError when not even that is enough.
    """
    for candidate, kept in candidates(push):
        if longest := longest_fitting(candidate, build, at_least=min(kept, len(push.text))):
            return longest
    raise PayloadTooLargeError


def candidates(push: Push) -> Iterator[tuple[Push, int]]:
    """Yield the push with ever less in its payload, and how much of the text each is worth having with."""
    without_content = {key: value for key, value in push.payload.items() if key not in CONTENT_KEYS}
    essential = {key: value for key, value in push.payload.items() if key in ESSENTIAL_KEYS}
    yield push, TEXT_WORTH_KEEPING
    yield replace(push, payload=without_content), TEXT_WORTH_KEEPING
    yield replace(push, payload=essential), 1
    yield replace(push, payload=essential, title=text_shorten(push.title, TEXT_WORTH_KEEPING)), 1


def longest_fitting(push: Push, build: Callable[[Push], Payload], *, at_least: int) -> Payload | None:
    """Return the payload with the longest text that fits, or None when that is shorter than `at_least` characters."""
    if fits(whole := build(push)):
        return whole
    best, shortest, longest = None, at_least, len(push.text) - 1
    while shortest <= longest:
        length = (shortest + longest) // 2
        payload = build(replace(push, text=text_shorten(push.text, length)))
        if fits(payload):
            best, shortest = payload, length + 1
        else:
            longest = length - 1
    return best


def fits(payload: Payload) -> bool:
    """Return whether the payload is within the limit, as it is sent."""
    return len(json_bytes(payload)) <= PAYLOAD_MAX_BYTES


def json_bytes(value: Any) -> bytes:
    """Return the value as the shortest JSON there is: no spaces, other scripts as themselves."""
    return json_text(value).encode()


def json_text(value: Any) -> str:
    """Return the value as compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def text_shorten(text: str, length: int) -> str:
    """Return the text, or its first `length` characters at most followed by an ellipsis; no character is cut apart."""
    if len(text) <= length:
        return text
    while length > 0 and (joins(text[length]) or text[length - 1] == ZERO_WIDTH_JOINER):
        length -= 1
    return text[:length].rstrip() + ELLIPSIS


def joins(character: str) -> bool:
    """Return whether the code point belongs to the character before it: an accent, a skin tone, part of an emoji."""
    return (
        character == ZERO_WIDTH_JOINER
        or ord(character) in SKIN_TONES
        or unicodedata.category(character) in {"Mn", "Me", "Mc"}
    )
