"""Finding whom a text mentions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# The letters of scripts that are written without spaces: what stands before an `@` in them is no part of an address.
WIDE = "[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]"
# What is shown as it stands: fenced and inline code, addresses of web pages and of people. An address is looked for
# only where a word begins, and its first part is bounded, so that the time taken grows with the text's length alone.
LITERAL = re.compile(
    r"```.*?(?:```|\Z)"
    r"|(?<![`\\])(?P<ticks>``?)(?!`)[^\n]*?(?<!`)(?P=ticks)(?!`)"
    r"|(?<![\w+.-])(?:[a-z][a-z0-9+.-]{0,30}://|www\.)\S+"
    rf"|(?<![\w+.-])(?!_+@)(?:(?!{WIDE})[\w.+-]){{1,64}}@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE | re.DOTALL,
)
# Underscores before it may set it in italics; a backslash lets it stand as it is, unless that is escaped itself.
MENTION = re.compile(r"(?<![@./\\_-])(?:\\\\)*+_*@([0-9A-Za-z_.-]+)")


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


def without_literals(text: str) -> str:
    """Return `text` with code and addresses blanked out, where no mention or highlight is meant."""
    return LITERAL.sub(" ", text)


def mentions_parse(text: str) -> ParsedMentions:
    """Return the names that `text` mentions, outside of code, web addresses and e-mail addresses."""
    shown = unicodedata.normalize("NFC", without_literals(text))
    found = dict.fromkeys(match.group(1).lower() for match in MENTION.finditer(shown) if stands_alone(match))
    return ParsedMentions(tuple(readings_of(name) for name in found))


def stands_alone(match: re.Match[str]) -> bool:
    """Return whether what matched neither goes on before a word nor goes on into one."""
    text, before, after = match.string, match.start(), match.end()
    return not (before and continues_word(text[before - 1])) and not (after < len(text) and continues_word(text[after]))


def continues_word(character: str) -> bool:
    """Return whether a Latin word goes on with the character: a letter, a digit, or a mark that a letter carries.

    Not so the wide letters of scripts that are written without spaces, such as in `@anaさん`.
    """
    is_of_word = character.isalnum() or unicodedata.category(character).startswith("M")
    return is_of_word and unicodedata.east_asian_width(character) not in {"W", "F"}
