"""Other sources of events that a fan-out reads in its loop, such as those of upper apps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from django.utils.module_loading import import_string

from workspace.live.index import Entry


class Feed(Protocol):
    """A source of events. All methods are called in the event loop of the fan-out."""

    def is_used(self) -> bool:
        """Return True while the feed has listeners of its own, for which the fan-out must keep reading."""

    async def admit(self, entries: Sequence[Entry]) -> None:
        """Prepare for these subscriptions, before they are added."""

    async def read(self) -> None:
        """Read and deliver new events. Called after each announcement."""

    async def check(self) -> None:
        """Called every few seconds."""

    def stop(self) -> None:
        """The server stops: end the feed's own listeners."""


# The classes of feeds, by dotted path; upper apps add theirs. Each fan-out makes an instance, with itself as argument.
FEEDS: list[str] = []


def feeds_of(fanout: object) -> list[Feed]:
    """Return the feeds for a fan-out."""
    return [import_string(path)(fanout) for path in FEEDS]
