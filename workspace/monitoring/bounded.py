"""Running work that may hang, without waiting for it longer than a given time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import connections

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs a function in a thread of its own. While it is running, further callers wait for the same run.

    So work that hangs, as with a database that does not respond, occupies one thread, however often it is requested.
    """

    def __init__(self, work: Callable[[], T], name: str) -> None:
        self._work = work
        self._name = name
        self._lock = threading.Lock()
        self._future: Future[T] | None = None

    def start(self) -> Future[T]:
        """Return the current run; start one if there is none."""
        with self._lock:
            if self._future is None or self._future.done():
                self._future = Future()
                # A daemon, so that work that hangs does not delay the end of the process.
                threading.Thread(target=self._run, args=(self._future,), name=self._name, daemon=True).start()
            return self._future

    def _run(self, future: Future[T]) -> None:
        try:
            result = self._work()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)
        finally:
            connections.close_all()
