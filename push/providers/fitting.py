"""Making a push small enough for its provider: a long text is shortened, never dropped."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from push.providers.pushes import PayloadTooLargeError, Push

# Apple: "Generating a remote notification", 4 KB for other than VoIP; Google: 4,096 bytes for a message's data.
PAYLOAD_MAX_BYTES = 4096
ELLIPSIS = "…"
# Message content, which the app can also fetch, is removed before the text becomes shorter than this (characters).
TEXT_WORTH_KEEPING = 80
CONTENT_KEYS = ("msg", "content")
ESSENTIAL_KEYS = ("host", "rid", "type", "messageId", "notificationType", "name", "tmid", "replaces")
ZERO_WIDTH_JOINER = "\u200d"
COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
SKIN_TONES = range(0x1F3FB, 0x1F400)
FLAG_LETTERS = range(0x1F1E6, 0x1F200)
# The flags of regions, such as Scotland's, are a black flag and letters that are not seen.
FLAG_TAGS = range(0xE0020, 0xE0080)
KOREAN_LETTERS = range(0x1100, 0x1200)

Payload = dict[str, Any]


def payload_fit(push: Push, build: Callable[[Push], Payload]) -> Payload:
    """Return what `build` makes of the push, with as much of its text as 4,096 bytes allow.

    Only when hardly any text would be left are the message's encrypted content, and then all but what a tap needs,
    taken out of the app's payload. Raises PayloadTooLargeError when not even that is enough.
    """
    for candidate, worth in candidates(push):
        if longest := longest_fitting(candidate, build, at_least=min(worth, len(push.text))):
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


def text_fit(content: dict[str, Any], limit: int, *, at_least: int, key: str = "text") -> bytes:
    """Return the content as JSON of at most `limit` bytes, with the longest text under `key` that fits.

    Return nothing if fewer than `at_least` characters of the text would be left.
    """
    if len(whole := json_bytes(content)) <= limit:
        return whole
    text = content.get(key, "")
    best, shortest, longest = b"", at_least, len(text) - 1
    while shortest <= longest:
        length = (shortest + longest) // 2
        shorter = json_bytes({**content, key: text_shorten(text, length)})
        if len(shorter) <= limit:
            best, shortest = shorter, length + 1
        else:
            longest = length - 1
    return best


def fits(payload: Payload) -> bool:
    """Return whether the payload is within the limit, as it is sent."""
    return len(json_bytes(payload)) <= PAYLOAD_MAX_BYTES


def json_bytes(value: Any) -> bytes:
    """Return the value as the shortest JSON there is: no spaces, other scripts as themselves.

    Half a surrogate pair, which no encoding can hold, becomes a question mark.
    """
    return json_text(value).encode(errors="replace")


def json_text(value: Any) -> str:
    """Return the value as compact JSON text."""
    return COMPACT.encode(value)


def text_shorten(text: str, length: int) -> str:
    """Return the text, or its first `length` characters at most followed by an ellipsis; no character is cut apart."""
    if len(text) <= length:
        return text
    while length > 0 and belong_together(text, length):
        length -= 1
    return text[:length].rstrip() + ELLIPSIS


def belong_together(text: str, place: int) -> bool:
    """Return whether what people see as one character reaches across this place in the text.

    The cases of Unicode's rules for such characters (UAX 29) that occur in chats: accents, skin tones, joined emoji,
    flags, Korean syllables written as letters.
    """
    before, after = text[place - 1], text[place]
    if ord(before) in FLAG_LETTERS and ord(after) in FLAG_LETTERS:
        # A flag is two letters: it is cut apart after an odd number of them.
        letters = next((n for n in range(place) if ord(text[place - 1 - n]) not in FLAG_LETTERS), place)
        return letters % 2 == 1
    return (
        before == ZERO_WIDTH_JOINER or joins(after) or (ord(before) in KOREAN_LETTERS and ord(after) in KOREAN_LETTERS)
    )


def joins(character: str) -> bool:
    """Return whether the code point belongs to the character before it: an accent, a skin tone, part of an emoji."""
    return (
        character == ZERO_WIDTH_JOINER
        or ord(character) in SKIN_TONES
        or ord(character) in FLAG_TAGS
        or unicodedata.category(character) in {"Mn", "Me", "Mc"}
    )
