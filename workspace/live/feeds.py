"""Other sources of events that a fan-out reads in its loop, such as those of upper apps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol


class Feed(Protocol):
    """A source of events. All methods are called in the event loop of the fan-out."""

    def is_used(self) -> bool:
        """Return True while the feed has listeners of its own, for which the fan-out must keep reading."""

    async def start(self) -> None:
        """Note where to begin. Called before the first listener is added."""

    async def admit(self, users: Collection[int]) -> None:
        """Prepare for listeners of these users (given by key), before they are added."""

    async def read(self) -> None:
        """Read and deliver new events. Called after each announcement."""

    async def check(self) -> None:
        """Called every few seconds."""

    def stop(self) -> None:
        """The server stops: end the feed's own listeners."""


# Upper apps add functions that make their feeds, given the fan-out.
feed_makers: list[Callable[[Any], Feed]] = []
