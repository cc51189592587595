"""The thread of a carrier, with the loads that it sends and the responses that are still outstanding."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from push.http.engine import WITHDRAWN
from push.models import Answer
from push.monitoring.counting import EMAIL, responses_count
from push.providers.answers import SendAnswer
from push.providers.routes import Route
from workspace.logs.events import LogEvent

CARRIER_FAILED = LogEvent(
    "transport.thread_failed",
    "A thread that sends pushes or e-mails failed, and starts again.",
    level=logging.ERROR,
)

BROKEN = SendAnswer(Answer.RETRY, detail="The transport failed; the error is in the log.")
STOPPED = SendAnswer(Answer.UNKNOWN, detail="The worker was stopped before the answer came.")
UNSENT = SendAnswer(Answer.RETRY, detail=WITHDRAWN)
NO_RESPONSES = (BROKEN, STOPPED, UNSENT)

# How long to wait for a thread when it is closed. A mail server may block it for longer.
CLOSE_SECONDS = 1.0

Answered = Callable[[int, SendAnswer], None]


@dataclass(eq=False, slots=True)
class Load:
    """Messages that are sent together. `answered` is called exactly once for each, with its index and response."""

    messages: Sequence[Any]
    answered: Answered
    route: Route | None = None
    sent_at: float = field(default_factory=time.monotonic)
    unanswered: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.unanswered.update(range(len(self.messages)))


class Carrier(ABC):
    """A thread that sends and tracks outstanding responses. Subclasses implement sending in :meth:`work`."""

    def __init__(self, name: str) -> None:
        self._guard = threading.Condition()
        self._submitted: deque[Load] = deque()
        self._loads: OrderedDict[Load, None] = OrderedDict()
        self._unanswered = 0
        self._answered_at = float("-inf")
        self._closing = self._draining = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, load: Load) -> None:
        """Accept a load. If the carrier has been closed, its messages are answered as :data:`UNSENT`."""
        with self._guard:
            is_closed = self._closing
            self._unanswered += len(load.messages)
            self._loads[load] = None
            if not is_closed:
                self._submitted.append(load)
                self._guard.notify()
        if is_closed:
            self._give_up([load], UNSENT)
        else:
            self.wake()

    def drain(self) -> None:
        """Stop sending. Messages that have not been sent are answered as :data:`UNSENT`."""
        with self._guard:
            self._draining = True
            self._guard.notify()
        self.wake()

    def close(self) -> None:
        """End the thread and its connections. Messages without a response are answered as unknown."""
        with self._guard:
            self._closing = True
            self._guard.notify()
            loads = list(self._loads)
        self.wake()
        self._give_up(loads, STOPPED)
        self._thread.join(CLOSE_SECONDS)

    def wake(self) -> None:  # noqa: B027 (subclasses may do without)
        """Make :meth:`work` return soon. May be called from any thread."""

    @abstractmethod
    def work(self) -> None:
        """Send for at most about a second. Called while loads have outstanding responses."""

    def end(self) -> None:  # noqa: B027 (subclasses may do without)
        """Close the connections."""

    def note(self, load: Load, places: Sequence[int], answers: Sequence[SendAnswer]) -> None:
        """Report the responses for messages of a load, by index."""
        with self._guard:
            fresh = [(place, answer) for place, answer in zip(places, answers, strict=True) if place in load.unanswered]
            load.unanswered.difference_update(places)
            self._unanswered -= len(fresh)
            self._answered_at = time.monotonic()
            if not load.unanswered:
                self._loads.pop(load, None)
            self.account(load, fresh)
        answered = sum(answer not in NO_RESPONSES for _place, answer in fresh)
        responses_count(load.route.kind if load.route else EMAIL, time.monotonic() - load.sent_at, answered)
        for place, answer in fresh:
            load.answered(place, answer)

    def account(self, load: Load, answers: Iterable[tuple[int, SendAnswer]]) -> None:  # noqa: B027 (subclasses may do without)
        """Update what is known about the devices from these responses, by index."""

    def _run(self) -> None:
        while not self._closing:
            with self._guard:
                self._guard.wait_for(lambda: self._loads or self._closing)
            try:
                self.work()
            except Exception:
                # Current callers must get responses, and later callers must be served normally.
                CARRIER_FAILED.exception()
                self.end()
                with self._guard:
                    begun = [load for load in self._loads if load not in self._submitted]
                self._give_up(begun, BROKEN)
        self.end()

    def _give_up(self, loads: Iterable[Load], answer: SendAnswer) -> None:
        for load in loads:
            places = list(load.unanswered)
            self.note(load, places, [answer] * len(places))

    def _next(self) -> Load | None:
        with self._guard:
            return self._submitted.popleft() if self._submitted else None
