"""Passes responses from the carriers' threads to the thread that records them.

Work in progress belongs to the dispatch that sent it, which records the responses in batches. Slow work is moved to
another inbox (push/sending/late_answers.py), so that the dispatch can continue without it.
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

# A batch ends if no response follows within FLOW_SECONDS, after BATCH_SECONDS, or with BATCH_ANSWERS responses.
FLOW_SECONDS = 0.1
BATCH_SECONDS = 0.3
BATCH_ANSWERS = 1_000

Entry = tuple["InFlight", Any, SendAnswer]


class Inbox:
    """Received responses. Any thread may add some; one thread removes them."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Entry] = SimpleQueue()

    def put(self, entry: Entry) -> None:
        self._queue.put(entry)

    def gather(self, seconds: float, *, expected: int) -> list[Entry]:
        """Wait up to `seconds` for a response, then briefly for more. At most `expected` responses will arrive."""
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
        """Return the responses received so far, without waiting."""
        entries: list[Entry] = []
        with suppress(Empty):
            while True:
                entries.append(self._queue.get_nowait())
        return entries


class InFlight(ABC):
    """Something that was sent, and whose responses are recorded as they arrive."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self._guard = threading.Lock()

    def answered(self, part: Any, answer: SendAnswer) -> None:
        """Report the response for one part. May be called from any thread."""
        with self._guard:
            self.inbox.put((self, part, answer))

    def move(self, inbox: Inbox) -> None:
        """Send further responses to another inbox. Those in the former inbox must still be collected from there."""
        with self._guard:
            self.inbox = inbox

    @property
    @abstractmethod
    def unanswered(self) -> int:
        """Return the number of responses that have not been recorded."""

    @abstractmethod
    def record(self, answers: Sequence[tuple[Any, SendAnswer]]) -> set[int]:
        """Save the responses; return the keys of users who have nothing in progress any more."""

    @abstractmethod
    def extend(self) -> None:
        """Extend the claim, so that no other worker takes it over. Called several times a second."""

    @abstractmethod
    def end(self) -> None:
        """Release the claim, after all responses have been recorded."""


def entries_record(entries: Iterable[Entry], *, inbox: Inbox) -> set[int]:
    """Record the responses from the inbox; if their owner has moved to another inbox, forward them.

    Returns the keys of users who have nothing in progress any more.
    """
    by_owner: dict[InFlight, list[tuple[Any, SendAnswer]]] = {}
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
