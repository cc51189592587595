"""Shortens texts to lengths for lock screens, without splitting grapheme clusters."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
ZERO_WIDTH_JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)
TAGS = range(0xE0020, 0xE0080)
REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
# Vowels and final consonants of Hangul that join the letter before them.
HANGUL_JOINING = range(0x1160, 0x1200)


def shorten(text: str, limit: int) -> str:
    """Return `text` with at most `limit` characters (code points), ending with an ellipsis if it was shortened.

    The text is only cut between grapheme clusters (see Unicode UAX 29): letters keep their combining marks, emoji their
    modifiers, and flags both halves.
    """
    if len(text) <= limit:
        return text
    end = limit - len(ELLIPSIS)
    while end > 0 and joins(text, end):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def joins(text: str, position: int) -> bool:
    """Return True if the character at `position` is in the same grapheme cluster as the one before it."""
    character, before = text[position], text[position - 1]
    code = ord(character)
    if before == ZERO_WIDTH_JOINER or character == ZERO_WIDTH_JOINER:
        return True
    if unicodedata.category(character).startswith("M") or code in SKIN_TONES or code in TAGS or code in HANGUL_JOINING:
        return True
    if before == "\r" and character == "\n":
        return True
    return code in REGIONAL_INDICATORS and flag_halves_before(text, position) % 2 == 1


def flag_halves_before(text: str, position: int) -> int:
    """Return the number of regional indicators directly before `position`; two of them form a flag."""
    start = position
    while start > 0 and ord(text[start - 1]) in REGIONAL_INDICATORS:
        start -= 1
    return position - start
