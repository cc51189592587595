"""Finding mentions in a text; docs/rules.md describes the grammar for users."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Literals: code between backticks, fenced code, web addresses and e-mail addresses. To keep the time linear in the
# length of the text, an address is only tried at the start of a word, and the local part of an e-mail address is
# bounded. The local part consists of letters from scripts with upper and lower case.
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

# Letters and digits in these categories continue a word of ASCII letters, such as a username.
CASED_LETTERS = ("Lu", "Ll", "Lt")
DIGITS = ("Nd",)
# ASCII characters that web addresses never contain unescaped.
NOT_IN_ADDRESSES = frozenset('<>"|\\^`')
# Next to a slash, these are part of a path, like letters and digits.
PATH_PUNCTUATION = frozenset("._-~@")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text: a literal (code if `is_code`, else an address), or a mention with its `name` as written."""

    start: int
    end: int
    is_code: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class ParsedMentions:
    """The names mentioned in a text, in lower case. `bob.` may be a name, or mean `bob`, so it has two readings."""

    candidates: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> set[str]:
        """Return every name that may be meant."""
        return {name for readings in self.candidates for name in readings}

    def mentions_group(self, group: str) -> bool:
        """Return True if the text mentions the group `all` or `here`."""
        return any(group in readings for readings in self.candidates)

    def resolve(self, known: set[str]) -> set[str]:
        """Return the known names that are mentioned: for each mention, its longest reading that is a known name."""
        mentioned = (next((name for name in readings if name in known), None) for readings in self.candidates)
        return {name for name in mentioned if name}


def readings_of(name: str) -> tuple[str, ...]:
    """Return `name`, then `name` with trailing punctuation removed step by step: `bob.` may mean `bob`."""
    readings = [name]
    while readings[-1] and readings[-1][-1] in "._-":
        readings.append(readings[-1][:-1])
    return tuple(reading for reading in readings if reading)


def mentions_parse(text: str) -> ParsedMentions:
    """Return the names that `text` mentions outside of code, web addresses and e-mail addresses."""
    names = dict.fromkeys(span.name.lower() for span in mentions_in(without_literals(text)))
    return ParsedMentions(tuple(readings_of(name) for name in names))


def spans_of(text: str) -> list[Span]:
    """Return the literals and mentions of `text`, in order."""
    return sorted([*literals_in(text), *mentions_in(without_literals(text))], key=lambda span: span.start)


def without_literals(text: str) -> str:
    """Return `text` with literals replaced by spaces: they contain no mentions and no highlights."""
    parts, position = [], 0
    for span in literals_in(text):
        parts += [text[position : span.start], " " * (span.end - span.start)]
        position = span.end
    return "".join([*parts, text[position:]])


def literals_in(text: str) -> Iterator[Span]:
    """Yield the spans of `text` that contain no mentions: code, and web addresses."""
    position = 0
    while match := LITERAL.search(text, position):
        position = address_end(text, match.end()) if match["address"] else match.end()
        is_code = any(match[kind] for kind in ("fence", "tildes", "ticks"))
        yield Span(match.start("tildes") if match["tildes"] else match.start(), position, is_code)


def address_end(text: str, start: int) -> int:
    """Return the end of a web address whose remainder begins at `start`.

    An address consists of letters, marks and numbers of any script, and ASCII punctuation. A closing parenthesis
    belongs to it only if one was opened. White space, other punctuation and symbols end it, such as the comma in
    `https://x.example、@bob`.
    """
    opened = 0
    for position in range(start, len(text)):
        character = text[position]
        opened += (character == "(") - (character == ")")
        if opened < 0 or not is_in_addresses(character):
            return position
    return len(text)


def is_in_addresses(character: str) -> bool:
    """Return True if a web address may contain the character."""
    if character.isascii():
        return character.isprintable() and character != " " and character not in NOT_IN_ADDRESSES
    return unicodedata.category(character)[0] in "LMN"


def mentions_in(text: str) -> Iterator[Span]:
    """Yield the mentions in a text without literals. A span includes the underscores that make the name italic."""
    position = 0
    for match in NAME.finditer(text):
        begin = match.start()
        while begin > position and text[begin - 1] == "_":
            begin -= 1
        if may_begin(text, begin, previous_end=position) and may_end(text, match.end()):
            yield Span(begin, match.end(), name=match[1])
            position = match.end()


def may_begin(text: str, begin: int, *, previous_end: int) -> bool:
    """Return True if a mention may begin at `begin`. The previous mention ended at `previous_end` (0: none)."""
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
    """Return True if a mention may end at `end`: not within a word, nor in a path such as `@scope/package`."""
    if end == len(text):
        return True
    if text[end] == "/":
        return not (end + 1 < len(text) and is_of_word(text[end + 1], CASED_LETTERS))
    return unicodedata.category(text[end])[0] != "M" and not is_of_word(text[end])


def continues_name(text: str, at: int) -> bool:
    """Return True if the character at `at` would continue a word into the following name; marks belong to their letter.

    An enclosing mark turns the enclosed character into a symbol.
    """
    while at and (category := unicodedata.category(text[at]))[0] == "M":
        if category == "Me":
            return False
        at -= 1
    return is_of_word(text[at])


def is_of_word(character: str, categories: tuple[str, ...] = (*CASED_LETTERS, *DIGITS)) -> bool:
    """Return True for the kinds of letters and digits that usernames contain, except full-width forms.

    Letters without upper and lower case belong to other scripts, many of which are written without spaces: `@anaさん`.
    """
    if unicodedata.category(character) not in categories:
        return False
    return unicodedata.east_asian_width(character) not in {"W", "F"}
