"""The engine for servers: a thread that sends the requests of any number of other threads."""

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
from workspace.logs.events import LogEvent

SENDER_FAILED = LogEvent(
    "sender.failed",
    "The thread that sends requests failed because of a defect, and starts again. Pending requests get an error.",
    level=logging.ERROR,
)

# How many requests may be waiting or in progress.
CAPACITY = 10_000
CLOSE_SECONDS = 5.0


class EngineBusyError(Exception):
    """Too many requests are in progress; no further ones are accepted."""


class Group(Generic[Result]):
    """Parts that were submitted together, each for one push.

    `answers` maps the pushes' places to their answers, as these arrive. `unanswered` builds the answer for a push that
    got none. `future` is resolved only with the last answer, because waking the waiting thread takes half as long as
    a request.
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
        """Record this error as the answer of each push that has none."""
        for place in (place for part in self._parts for place in part.places):
            self.answers.setdefault(place, self._unanswered(HttpAnswer(error=error)))

    def finish(self) -> None:
        """Resolve the future. All pushes must have an answer."""
        if self.future.running() or self.future.set_running_or_notify_cancel():
            self.future.set_result(None)

    def _answered(self, end: Callable[[Group[Result]], None], places: Sequence[int], answers: Sequence[Result]) -> None:
        self.answers |= dict(zip(places, answers, strict=True))
        if len(self.answers) == len(self):
            end(self)


class EngineThread:
    """An engine that runs in its own thread. Any thread may call its methods.

    At most `capacity` requests are waiting or in progress. `concurrency`, `connect_timeout` and `timeout` are the
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
        self._submitted: deque[Group[Any]] = deque()
        self._unanswered: set[Group[Any]] = set()
        self._load = 0
        self._lock = threading.Lock()
        self._closing = self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def submit(self, parts: Sequence[Part[Result]], *, unanswered: Callable[[HttpAnswer], Result]) -> Group[Result]:
        """Start parts, each for one push; their steps must not raise errors.

        Raises EngineBusyError when too many requests are in progress, or the engine is closed.
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
            first = not self._submitted
            self._submitted.append(group)
        if first:
            self._engine.wake()
        return group

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Accept nothing more, wait up to `seconds` for the pending requests, and answer the rest with an error."""
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
                self._start_submitted()
                with self._lock:
                    if self._closing and not self._unanswered:
                        break
                self._engine.run(SELECT_SECONDS)
            except Exception:
                # Waiting callers must get an answer, and later requests must be served.
                SENDER_FAILED.exception()
                broken, self._engine = self._engine, self._make()
                self._fail_unanswered("The sender failed")
                broken.close()
        self._engine.close()
        self._fail_unanswered("The sender was stopped")

    def _fail_unanswered(self, error: str) -> None:
        with self._lock:
            unanswered, waiting = list(self._unanswered), set(self._submitted)
        for group in unanswered:
            if self._abandoned or self._closing or group not in waiting:
                group.answer_rest(error)
                self._end(group)
                group.finish()

    def _start_submitted(self) -> None:
        while True:
            with self._lock:
                if not self._submitted:
                    return
                group = self._submitted.popleft()
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
