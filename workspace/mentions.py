"""Finding whom a text mentions."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What is shown as it stands: fenced and inline code, addresses of web pages and of people. An address is looked for
# only where a word begins, and its first part is bounded, so that the time taken grows with the text's length alone.
LITERAL = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`"
    r"|(?<![\w+.-])[a-z][a-z0-9+.-]{0,30}://\S+"
    r"|(?<![\w+.-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE | re.DOTALL,
)
MENTION = re.compile(r"(?<![\w@./\\-])@([0-9A-Za-z_.-]+)")


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
    found = dict.fromkeys(match.group(1).lower() for match in MENTION.finditer(without_literals(text)))
    return ParsedMentions(tuple(readings_of(name) for name in found))
