"""The engine for servers: a thread that any number of others hand requests to."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial

from push.transports.engine import SELECT_SECONDS, Engine
from push.transports.http import HttpAnswer, HttpRequest

log = logging.getLogger(__name__)

# Requests that may wait or be under way at once.
CAPACITY = 10_000
CLOSE_SECONDS = 5.0


class EngineBusyError(Exception):
    """So much is under way that no further request is taken."""


class Group:
    """Requests that were handed in together: `future` is given their answers, in the same order, with the last one.

    One future for all of them: to wake who waits for it costs as much as half a request.
    """

    def __init__(self, requests: Sequence[HttpRequest]) -> None:
        self.requests = requests
        self.future: Future[list[HttpAnswer]] = Future()
        self._answers: dict[int, HttpAnswer] = {}

    def __len__(self) -> int:
        return len(self.requests)

    def answered(self, index: int, answer: HttpAnswer) -> bool:
        """Keep an answer and return whether it was the last."""
        self._answers[index] = answer
        return len(self._answers) == len(self)

    def answer_rest(self, error: str) -> None:
        """Let the requests that were not answered have ended by this error."""
        for index in range(len(self)):
            self._answers.setdefault(index, HttpAnswer(error=error))

    def tell(self) -> None:
        """Give the future its result; every request must have been answered."""
        if self.future.running() or self.future.set_running_or_notify_cancel():
            self.future.set_result([self._answers[index] for index in range(len(self))])


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
        self._handed_in: deque[Group] = deque()
        self._unanswered: set[Group] = set()
        self._load = 0
        self._lock = threading.Lock()
        self._closing = self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def submit(self, requests: Sequence[HttpRequest]) -> Future[list[HttpAnswer]]:
        """Hand requests in; their answers, each of which may be that there is none, are the future's result.

        Raises EngineBusyError when too much is under way, or the engine is closed.
        """
        group = Group(requests)
        if not requests:
            group.tell()
            return group.future
        with self._lock:
            if self._closing or self._load + len(group) > self._capacity:
                raise EngineBusyError
            self._unanswered.add(group)
            self._load += len(group)
            first = not self._handed_in
            self._handed_in.append(group)
        if first:
            self._engine.wake()
        return group.future

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
                group.tell()

    def _take_up(self) -> None:
        while True:
            with self._lock:
                if not self._handed_in:
                    return
                group = self._handed_in.popleft()
            if not group.future.set_running_or_notify_cancel():
                self._end(group)
                continue
            for index, request in enumerate(group.requests):
                self._engine.begin(request, partial(self._answered, group, index))

    def _answered(self, group: Group, index: int, answer: HttpAnswer) -> None:
        if group.answered(index, answer):
            self._end(group)
            group.tell()

    def _end(self, group: Group) -> None:
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
