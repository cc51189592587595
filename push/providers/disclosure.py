"""How a provider lists what it is sent, field by field, under each privacy setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PLACEHOLDER = "“You have a new message”"
LEFT_OUT = "left out"
EMPTY = "empty"


class Privacy(StrEnum):
    """A privacy setting in the position in which it hides something."""

    NAMES = "*Show Channel/Group/Username in Notification* off"
    MESSAGE = "*Show Message in Notification* off"
    CONTENT = "*Hide message content from Apple and Google* on"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One field that is sent: its path, its contents, and what it contains instead under a setting."""

    path: str
    contents: str
    hidden: Mapping[Privacy, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure:
    """What a provider is sent, for docs/privacy.md.

    Either `places`: where it is sent the fields of the gateway protocol, by their paths; a path that ends in `.*`
    stands for all fields beneath it. Or `fields` of its own. `note` is a sentence for the page's introduction.
    """

    title: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[Disclosed, ...] = ()
    note: str = ""

    def place_of(self, path: str) -> str:
        """Return where the provider is sent a field of the gateway protocol; empty if it is not sent it."""
        return self.places.get(path) or self.places.get(f"{path.partition('.')[0]}.*", "")
