"""Finds highlight words in a text."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable

from workspace.mentions import without_literals

# Maximum length of a word, and of its folded form. Case folding can turn one character into three (Unicode 15, 5.18).
WORD_LENGTH = 64
FOLDED_LENGTH = 3 * WORD_LENGTH
# Maximum number of words per account.
MAX_WORDS = 100


def fold(text: str) -> str:
    """Return the form in which words are compared: independent of case and of how accents are encoded.

    Follows Unicode 15, section 3.13, D146: the text is decomposed before its case is folded.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def matching_words(text: str, folded_words: Iterable[str]) -> set[str]:
    """Return the folded words that occur in the text as whole words, outside code and URLs."""
    folded = fold(without_literals(text))
    return {word for word in folded_words if word and has_whole_word(word, folded)}


def phrases_of(text: str, *, most: int) -> set[str] | None:
    """Return every folded phrase of the text that :func:`matching_words` could match.

    None if there are more than `most`, including repetitions. This limits the time as well.
    """
    folded = fold(without_literals(text))
    begins = [at for at in range(len(folded)) if not (at and is_part_of_word(folded[at - 1]))]
    ends = [at for at in range(1, len(folded) + 1) if not (at < len(folded) and is_part_of_word(folded[at]))]
    spans = [(begin, bisect_right(ends, begin), bisect_right(ends, begin + FOLDED_LENGTH)) for begin in begins]
    if sum(last - first for _begin, first, last in spans) > most:
        return None
    return {folded[begin:end] for begin, first, last in spans for end in ends[first:last]}


def has_whole_word(word: str, text: str) -> bool:
    """Return True if the text contains the word without an adjacent letter, digit or underscore."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (start and is_part_of_word(text[start - 1])) and not (end < len(text) and is_part_of_word(text[end])):
            return True
        start = text.find(word, start + 1)
    return False


def is_part_of_word(character: str) -> bool:
    """Return True for characters that continue a word: letters, digits, underscores and combining marks.

    Vowel signs of Indic scripts are combining marks; a regular expression's word boundary would split words there. Wide
    letters do not continue a word, because their scripts are written without spaces.
    """
    if character != "_" and not character.isalnum() and not unicodedata.category(character).startswith("M"):
        return False
    return unicodedata.east_asian_width(character) not in {"W", "F"}
