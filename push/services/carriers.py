"""A carrier for each route: a thread and an engine of its own in this process, so that a slow one holds up no other.

A carrier takes one load at a time. What comes for it meanwhile stays in the queue: a provider that hardly answers never
gathers more of it here than that.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from push.models import Answer
from push.transports.answers import SendAnswer
from push.transports.engine import engine_current
from push.transports.registry import TRANSPORTS
from push.transports.routes import DevicePush, Route

log = logging.getLogger(__name__)

BROKEN = SendAnswer(Answer.RETRY, detail="The transport failed; the log holds the error.")

Answers = Future[list[SendAnswer]]


class Carriers:
    """This process's carriers, by their routes' keys."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._guard = threading.Lock()
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._loads: dict[str, Answers] = {}

    @classmethod
    def current(cls) -> Carriers:
        """Return this process's carriers; one forked off another makes its own."""
        global _carriers
        if _carriers._pid != os.getpid():
            _carriers = cls()
        return _carriers

    def is_busy(self, route: Route) -> bool:
        """Return whether the route's carrier still has a load."""
        with self._guard:
            return route.key in self._loads and not self._loads[route.key].done()

    def send(self, pushes: Sequence[DevicePush], *, route: Route) -> Answers:
        """Hand the pushes to the route's carrier; the answers come in the same order, and never as an exception."""
        with self._guard:
            if route.key not in self._threads:
                self._threads[route.key] = ThreadPoolExecutor(1, thread_name_prefix=f"push-{route.kind}")
            load = self._threads[route.key].submit(answers_get, pushes, route)
            self._loads[route.key] = load
        return load

    def close(self) -> None:
        """Wait for what is under way, and end the threads with their connections."""
        with self._guard:
            for thread in self._threads.values():
                thread.submit(lambda: engine_current().close())
                thread.shutdown()
            self._threads.clear()
            self._loads.clear()


def answers_get(pushes: Sequence[DevicePush], route: Route) -> list[SendAnswer]:
    """Return what the route's transport says of the pushes."""
    try:
        return TRANSPORTS[route.kind](pushes, route=route, engine=engine_current())
    except Exception:
        log.exception("The pushes by %s could not be sent.", route.kind)
        return [BROKEN] * len(pushes)


_carriers = Carriers()
