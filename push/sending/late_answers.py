"""Records responses that take long, in one thread per process, so that tasks do not wait for them."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.db import Error, connection
from django.utils import timezone

from push.selectors.due import work_waits_of
from push.sending.answer_inbox import Inbox, InFlight, entries_record
from push.sending.carriers import Carriers
from push.services.gateway_access import renewals
from push.stopping import stop_request
from push.waking import enqueue
from workspace.logs.events import LogEvent

ANSWERS_NOT_RECORDED = LogEvent(
    "answers.not_recorded",
    "Responses of providers could not be recorded. The claim expires, and the pushes are sent again.",
    level=logging.ERROR,
)
LATE_NOT_READ = LogEvent(
    "answers.work_not_found",
    "The database cannot be read. The worker's clock finds the work later.",
    level=logging.ERROR,
)

Result = TypeVar("Result")

BEAT_SECONDS = 0.25
# How long one check waits for the first response.
LOOK_SECONDS = 0.05
# A response is late after this many seconds.
LATE_SECONDS = 0.3


def answers_await(in_flight: InFlight, *, seconds: float) -> None:
    """Record responses for this many seconds, and leave later ones to the thread for late responses.

    Within a transaction, wait for all of them, because threads cannot share it.
    """
    inbox, end = in_flight.inbox, time.monotonic() + seconds
    while in_flight.unanswered and (connection.in_atomic_block or time.monotonic() < end):
        entries_record(inbox.gather(LOOK_SECONDS, expected=in_flight.unanswered), inbox=inbox)
    if in_flight.unanswered:
        LateAnswers.current().add(in_flight)
        entries_record(inbox.drain(), inbox=inbox)


class LateAnswers:
    """Work in progress in this process for which no task waits.

    The thread ends with the last response. A process that stops waits for it, but no longer than a stop may take.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._inbox = Inbox()
        self._guard = threading.Lock()
        self._in_flight: set[InFlight] = set()
        self._thread: threading.Thread | None = None

    @classmethod
    def current(cls) -> LateAnswers:
        """Return the instance of this process; a forked process creates a new one."""
        global _late_answers
        if _late_answers._pid != os.getpid():
            _late_answers = cls()
        return _late_answers

    @property
    def is_busy(self) -> bool:
        """Return True if responses are outstanding."""
        with self._guard:
            return bool(self._in_flight)

    def add(self, in_flight: InFlight) -> None:
        """Record the further responses of this work."""
        with self._guard:
            self._in_flight.add(in_flight)
            in_flight.move(self._inbox)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="push-late-answers")
                self._thread.start()

    def wait(self) -> None:
        """Wait until all responses have been recorded."""
        if thread := self._thread:
            thread.join()

    def _run(self) -> None:
        try:
            while self._is_needed():
                self._look()
        finally:
            connection.close()

    def _is_needed(self) -> bool:
        with self._guard:
            if not self._in_flight:
                self._thread = None
            return bool(self._in_flight)

    def _look(self) -> None:
        """Record the responses that arrive within a short time, and extend the other claims."""
        if stop_request.is_made:
            self._stop()
        with self._guard:
            waiting = list(self._in_flight)
        entries = self._inbox.gather(BEAT_SECONDS, expected=sum(work.unanswered for work in waiting))
        freed: set[int] = set()
        for owner in {entry[0] for entry in entries}:
            own = [entry for entry in entries if entry[0] is owner]
            freed |= self._safely(owner, partial(entries_record, own, inbox=self._inbox)) or set()
        for in_flight in waiting:
            self._safely(in_flight, in_flight.extend)
        for in_flight in [work for work in waiting if not work.unanswered]:
            self._safely(in_flight, in_flight.end)
            with self._guard:
                self._in_flight.discard(in_flight)
        if freed:
            self._wake(freed)

    def _safely(self, in_flight: InFlight, write: Callable[[], Result]) -> Result | None:
        """Return the result of `write`. If it fails, nothing else is affected: the claim expires."""
        try:
            return write()
        except Exception:
            ANSWERS_NOT_RECORDED.exception()
            with self._guard:
                self._in_flight.discard(in_flight)
            return None

    def _wake(self, users: set[int]) -> None:
        """Start a dispatch if items are waiting for these users."""
        try:
            if work_waits_of(users, timezone.now()):
                enqueue("dispatch")
        except Error:
            LATE_NOT_READ.exception()
            connection.close()

    def _stop(self) -> None:
        """Stop sending; when the time is up, treat outstanding responses as unknown."""
        renewals.give_up()
        if stop_request.answers_are_over:
            Carriers.current().close()
        else:
            Carriers.current().drain()


_late_answers = LateAnswers()
