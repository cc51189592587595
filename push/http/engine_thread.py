"""The engine for servers: a thread that any number of others hand requests to."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Generic

from push.http.engine import SELECT_SECONDS, Engine
from push.http.requests import HttpAnswer
from push.http.steps import Part, Result, run_start

log = logging.getLogger(__name__)

# Requests that may wait or be under way at once.
CAPACITY = 10_000
CLOSE_SECONDS = 5.0


class EngineBusyError(Exception):
    """So much is under way that no further request is taken."""


class Group(Generic[Result]):
    """Parts that were submitted together, each for one push.

    `answers` is filled as they come, by the pushes' places; `unanswered` makes the answer to a push that got none.
    `future` ends with the last one: waking the thread that
    waits costs as much as half a request.
    """

    def __init__(self, parts: Sequence[Part[Result]], unanswered: Callable[[HttpAnswer], Result]) -> None:
        self.answers: dict[int, Result] = {}
        self.future: Future[None] = Future()
        self._parts = parts
        self._unanswered = unanswered

    def __len__(self) -> int:
        return len(self._parts)

    def begin(self, engine: Engine, end: Callable[[Group[Result]], None]) -> None:
        """Start the parts' steps; `end` is called with the last answer."""
        for part in self._parts:
            run_start(part, engine, partial(self._answered, end))

    def answer_rest(self, error: str) -> None:
        """Record for the pushes that were not answered that they ended with this error."""
        for place in (place for part in self._parts for place in part.places):
            self.answers.setdefault(place, self._unanswered(HttpAnswer(error=error)))

    def finish(self) -> None:
        """End the future; every push must have been answered."""
        if self.future.running() or self.future.set_running_or_notify_cancel():
            self.future.set_result(None)

    def _answered(self, end: Callable[[Group[Result]], None], places: Sequence[int], answers: Sequence[Result]) -> None:
        self.answers |= dict(zip(places, answers, strict=True))
        if len(self.answers) == len(self):
            end(self)


class EngineThread:
    """An engine with a thread of its own; every method may be called by any thread.

    At most `capacity` requests are waiting or under way. `concurrency`, `connect_timeout` and `timeout` are the
    engine's.
    """

    def __init__(
        self,
        *,
        capacity: int = CAPACITY,
        concurrency: int = 1_000,
        connect_timeout: float = 5,
        timeout: float = 20,
    ) -> None:
        self._capacity = capacity
        self._make = partial(Engine, concurrency=concurrency, connect_timeout=connect_timeout, timeout=timeout)
        self._engine = self._make()
        self._handed_in: deque[Group[Any]] = deque()
        self._unanswered: set[Group[Any]] = set()
        self._load = 0
        self._lock = threading.Lock()
        self._closing = self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def submit(self, parts: Sequence[Part[Result]], *, unanswered: Callable[[HttpAnswer], Result]) -> Group[Result]:
        """Start parts, each for one push; their steps must not raise errors.

        Raises EngineBusyError when too much is under way, or the engine is closed.
        """
        group = Group(parts, unanswered)
        if not parts:
            group.finish()
            return group
        with self._lock:
            if self._closing or self._load + len(group) > self._capacity:
                raise EngineBusyError
            self._unanswered.add(group)
            self._load += len(group)
            first = not self._handed_in
            self._handed_in.append(group)
        if first:
            self._engine.wake()
        return group

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Take nothing more in, wait so long for what is under way, and answer the rest that it was not sent."""
        with self._lock:
            self._closing = True
        self._engine.wake()
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._abandoned = True
            self._engine.wake()
            self._thread.join()

    def _run(self) -> None:
        while not self._abandoned:
            try:
                self._take_up()
                with self._lock:
                    if self._closing and not self._unanswered:
                        break
                self._engine.run(SELECT_SECONDS)
            except Exception:
                # Whoever waits for an answer must get one, and those who come later are served as before.
                log.exception("The sender failed and starts anew.")
                broken, self._engine = self._engine, self._make()
                self._give_up("The sender failed")
                broken.close()
        self._engine.close()
        self._give_up("The sender was stopped")

    def _give_up(self, error: str) -> None:
        with self._lock:
            unanswered, waiting = list(self._unanswered), set(self._handed_in)
        for group in unanswered:
            if self._abandoned or self._closing or group not in waiting:
                group.answer_rest(error)
                self._end(group)
                group.finish()

    def _take_up(self) -> None:
        while True:
            with self._lock:
                if not self._handed_in:
                    return
                group = self._handed_in.popleft()
            if not group.future.set_running_or_notify_cancel():
                self._end(group)
                continue
            group.begin(self._engine, self._answered)

    def _answered(self, group: Group[Any]) -> None:
        self._end(group)
        group.finish()

    def _end(self, group: Group[Any]) -> None:
        with self._lock:
            self._unanswered.discard(group)
            self._load -= len(group)


_lock = threading.Lock()
_current: tuple[int, EngineThread] | None = None
_inherited: list[EngineThread] = []


def engine_thread_current() -> EngineThread:
    """Return this process's engine with a thread, started on first use and closed when the process ends."""
    global _current
    with _lock:
        if _current is None or _current[0] != os.getpid():
            if _current is not None:
                # Closing it in a forked process would end the connections that the other process is using.
                _inherited.append(_current[1])
            _current = os.getpid(), EngineThread()
            atexit.register(_current[1].close)
        return _current[1]
