"""Finding highlight words in a text."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable

from workspace.mentions import without_literals

# The characters of a word, and of one that is folded: folding may turn one character into three (Unicode 15, 5.18).
WORD_LENGTH = 64
FOLDED_LENGTH = 3 * WORD_LENGTH
# So many words may one account have.
MOST_WORDS = 100


def fold(text: str) -> str:
    """Return the text as highlight words are compared: in any case of letters, however accents are encoded.

    Unicode 15, section 3.13, D146: folding the case of a decomposed text, so that an accent's place cannot differ.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def words_found(text: str, folded_words: Iterable[str]) -> set[str]:
    """Return those of the folded words that stand in the text as whole words, outside of code and addresses."""
    folded = fold(without_literals(text))
    return {word for word in folded_words if word and stands_alone(word, folded)}


def phrases_in(text: str, *, most: int) -> set[str] | None:
    """Return everything in the text that :func:`words_found` could find, folded.

    None if that is more than `most`, counting repetitions, so that the time taken is bounded as well.
    """
    folded = fold(without_literals(text))
    begins = [at for at in range(len(folded)) if not (at and is_part_of_word(folded[at - 1]))]
    ends = [at for at in range(1, len(folded) + 1) if not (at < len(folded) and is_part_of_word(folded[at]))]
    spans = [(begin, bisect_right(ends, begin), bisect_right(ends, begin + FOLDED_LENGTH)) for begin in begins]
    if sum(last - first for _begin, first, last in spans) > most:
        return None
    return {folded[begin:end] for begin, first, last in spans for end in ends[first:last]}


def stands_alone(word: str, text: str) -> bool:
    """Return whether the word stands somewhere in the text without touching a letter, digit or underscore."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (start and is_part_of_word(text[start - 1])) and not (end < len(text) and is_part_of_word(text[end])):
            return True
        start = text.find(word, start + 1)
    return False


def is_part_of_word(character: str) -> bool:
    """Return whether a word goes on with the character: letters, digits, underscores and the marks that letters carry.

    Vowel signs of Indic scripts are such marks, which a regular expression's word boundary would cut a word at. Wide
    letters, whose scripts are written without spaces, begin and end words anywhere.
    """
    if character != "_" and not character.isalnum() and not unicodedata.category(character).startswith("M"):
        return False
    return unicodedata.east_asian_width(character) not in {"W", "F"}
