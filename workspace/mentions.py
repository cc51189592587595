"""Finding whom a text mentions; docs/rules.md describes the grammar for people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# What is shown verbatim: code between backticks, fenced code, and addresses of pages and of people. An address is
# searched for only where a word begins, and the first part of an e-mail address is bounded, so that the time needed
# grows linearly with the text. The first part of an e-mail address has letters of alphabets with upper and lower case.
LOCAL = "0-9A-Za-z\u00c0-\u058f\u1e00-\u1fff"
LITERAL = re.compile(
    r"(?P<fence>`{3,}+).*?(?:(?P=fence)|\Z)"
    r"|^[ \t>]*+(?P<tildes>~{3,}+)(?:[^\n~]*(?P=tildes)|.*?(?:^[ \t>]*+(?P=tildes)|\Z))"
    r"|(?<![`\\])(?P<ticks>``?)(?!`)[^\n]*?(?<!`)(?P=ticks)(?!`)"
    r"|(?<![\w+.-])(?P<address>[a-z][a-z0-9+.-]{0,30}://|www\.)"
    rf"|(?<![\w+.-])[{LOCAL}_.+-]{{0,63}}[{LOCAL}+]@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
NAME = re.compile(r"@([0-9A-Za-z_.-]+)")

# Letters and digits of these categories continue a word that has ASCII letters, as usernames do.
CASED_LETTERS = ("Lu", "Ll", "Lt")
DIGITS = ("Nd",)
# ASCII characters that no web address contains as they are.
NOT_IN_ADDRESSES = frozenset('<>"|\\^`')
# Next to a slash, these belong to a path, as letters and digits do.
PATH_PUNCTUATION = frozenset("._-~@")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: a literal (`is_code` or an address), or a mention with the `name` as it is written."""

    start: int
    end: int
    is_code: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMentions:
    """The names that a text calls, in lower case, each with the shorter readings of what may be punctuation."""

    candidates: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> set[str]:
        """Return every name that may be meant."""
        return {name for readings in self.candidates for name in readings}

    def calls(self, group: str) -> bool:
        """Return whether the text calls the group `all` or `here`."""
        return any(group in readings for readings in self.candidates)

    def resolve(self, known: set[str]) -> set[str]:
        """Return the known names that are meant: of each mention, its longest reading that somebody bears."""
        meant = (next((name for name in readings if name in known), None) for readings in self.candidates)
        return {name for name in meant if name}


def readings_of(name: str) -> tuple[str, ...]:
    """Return `name` and then what is left of it as punctuation is taken off its end: `bob.` may be `bob`."""
    readings = [name]
    while readings[-1] and readings[-1][-1] in "._-":
        readings.append(readings[-1][:-1])
    return tuple(reading for reading in readings if reading)


def mentions_parse(text: str) -> ParsedMentions:
    """Return the names that `text` mentions, outside of code, web addresses and e-mail addresses."""
    found = dict.fromkeys(span.name.lower() for span in mentions_in(without_literals(text)))
    return ParsedMentions(tuple(readings_of(name) for name in found))


def spans_of(text: str) -> list[Span]:
    """Return the literals and mentions of `text`, in order."""
    return sorted([*literals_in(text), *mentions_in(without_literals(text))], key=lambda span: span.start)


def without_literals(text: str) -> str:
    """Return `text` with code and addresses replaced by spaces: nothing in them is a mention or a highlight."""
    kept, position = [], 0
    for span in literals_in(text):
        kept += [text[position : span.start], " " * (span.end - span.start)]
        position = span.end
    return "".join([*kept, text[position:]])


def literals_in(text: str) -> Iterator[Span]:
    """Yield the code and the addresses in `text`."""
    position = 0
    while match := LITERAL.search(text, position):
        position = address_end(text, match.end()) if match["address"] else match.end()
        is_code = any(match[kind] for kind in ("fence", "tildes", "ticks"))
        yield Span(match.start("tildes") if match["tildes"] else match.start(), position, is_code)


def address_end(text: str, start: int) -> int:
    """Return where a web address ends whose rest begins at `start`.

    It has letters, marks and numbers of any script, and ASCII punctuation; a closing parenthesis only after an opening
    one. White space, other punctuation and symbols end it, such as the comma in `https://x.example、@bob`.
    """
    opened = 0
    for position in range(start, len(text)):
        character = text[position]
        opened += (character == "(") - (character == ")")
        if opened < 0 or not is_in_addresses(character):
            return position
    return len(text)


def is_in_addresses(character: str) -> bool:
    """Return whether a web address may contain the character."""
    if character.isascii():
        return character.isprintable() and character != " " and character not in NOT_IN_ADDRESSES
    return unicodedata.category(character)[0] in "LMN"


def mentions_in(text: str) -> Iterator[Span]:
    """Yield the mentions in a text without literals; a span includes underscores that set the name in italics."""
    position = 0
    for match in NAME.finditer(text):
        begin = match.start()
        while begin > position and text[begin - 1] == "_":
            begin -= 1
        if may_begin(text, begin, previous_end=position) and may_end(text, match.end()):
            yield Span(begin, match.end(), name=match[1])
            position = match.end()


def may_begin(text: str, begin: int, *, previous_end: int) -> bool:
    """Return whether a mention may begin there, after a mention that ended at `previous_end` (0: there was none)."""
    if begin == 0 or (begin == previous_end and text[begin - 1] in "._-"):
        return True
    before = text[begin - 1]
    if before == "\\":
        return (begin - len(text[:begin].rstrip("\\"))) % 2 == 0
    if before == "/":
        slashes = len(text[:begin].rstrip("/"))
        return slashes in (0, previous_end) or not (
            text[slashes - 1] in PATH_PUNCTUATION or continues_name(text, slashes - 1)
        )
    return before not in "@_" and not continues_name(text, begin - 1)


def may_end(text: str, end: int) -> bool:
    """Return whether a mention may end there: neither within a word, nor within a path such as `@scope/package`."""
    if end == len(text):
        return True
    if text[end] == "/":
        return not (end + 1 < len(text) and is_of_word(text[end + 1], CASED_LETTERS))
    return unicodedata.category(text[end])[0] != "M" and not is_of_word(text[end])


def continues_name(text: str, at: int) -> bool:
    """Return whether a word goes on from the character at `at` to a name after it; a mark stands for its letter.

    An enclosing mark makes a symbol of what it encloses.
    """
    while at and (category := unicodedata.category(text[at]))[0] == "M":
        if category == "Me":
            return False
        at -= 1
    return is_of_word(text[at])


def is_of_word(character: str, categories: tuple[str, ...] = (*CASED_LETTERS, *DIGITS)) -> bool:
    """Return whether the character is a letter or digit of the kind that usernames have; full-width forms are not.

    Letters without upper and lower case belong to other scripts, many of them written without spaces: `@anaさん`.
    """
    if unicodedata.category(character) not in categories:
        return False
    return unicodedata.east_asian_width(character) not in {"W", "F"}
