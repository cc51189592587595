"""Answers on their way from the carriers' threads to the thread that records them.

What is under way belongs to the dispatch that sent it, and records its answers in batches. What takes long is moved to
another inbox (push/sending/late_answers.py), so that the dispatch goes on without it.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

from push.providers.answers import SendAnswer

# Answers are recorded together while the next one follows within this time (seconds), up to so many, and so long.
FLOW_SECONDS = 0.1
BATCH_SECONDS = 0.3
BATCH_ANSWERS = 1_000

Entry = tuple["UnderWay", Any, SendAnswer]


class Inbox:
    """Answers that have come; one thread takes them out, any thread puts them in."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Entry] = SimpleQueue()

    def put(self, entry: Entry) -> None:
        self._queue.put(entry)

    def gather(self, seconds: float, *, expected: int) -> list[Entry]:
        """Wait so long for an answer, and then for those that follow at once; at most `expected` will come."""
        entries: list[Entry] = []
        end, wait = time.monotonic() + seconds, seconds
        while len(entries) < min(expected, BATCH_ANSWERS):
            try:
                entries.append(self._queue.get(timeout=max(wait, 0)))
            except Empty:
                break
            if len(entries) == 1:
                end = time.monotonic() + BATCH_SECONDS
            wait = min(FLOW_SECONDS, end - time.monotonic())
        return entries

    def drain(self) -> list[Entry]:
        """Return the answers that have come, without waiting."""
        entries: list[Entry] = []
        with suppress(Empty):
            while True:
                entries.append(self._queue.get_nowait())
        return entries


class UnderWay(ABC):
    """Something that was sent and whose answers are recorded as they come."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self._guard = threading.Lock()

    def answered(self, part: Any, answer: SendAnswer) -> None:
        """Pass on the answer to one part of it; called by any thread."""
        with self._guard:
            self.inbox.put((self, part, answer))

    def move(self, inbox: Inbox) -> None:
        """Let further answers go to another inbox. Those that wait in the former one are still to be taken there."""
        with self._guard:
            self.inbox = inbox

    @property
    @abstractmethod
    def unanswered(self) -> int:
        """Return how many answers have not been recorded."""

    @abstractmethod
    def record(self, answers: Sequence[tuple[Any, SendAnswer]]) -> set[int]:
        """Write what was answered; returns the users (by key) of whom nothing is under way any more."""

    @abstractmethod
    def extend(self) -> None:
        """Keep what is under way from being taken by another worker; called several times a second."""

    @abstractmethod
    def end(self) -> None:
        """Release what is held, once everything has been answered and recorded."""


def entries_record(entries: Iterable[Entry], *, inbox: Inbox) -> set[int]:
    """Record the answers taken from the inbox; those of what was moved meanwhile are passed on.

    Returns the users (by key) of whom nothing is under way any more.
    """
    by_owner: dict[UnderWay, list[tuple[Any, SendAnswer]]] = {}
    for entry in entries:
        owner, part, answer = entry
        if owner.inbox is inbox:
            by_owner.setdefault(owner, []).append((part, answer))
        else:
            owner.answered(part, answer)
    freed: set[int] = set()
    for owner, answers in by_owner.items():
        freed |= owner.record(answers)
    return freed
