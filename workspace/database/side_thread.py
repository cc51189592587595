"""A thread for tasks whose peer, such as a mail server or the cloud, may not respond for a long time.

A worker has few task processes. If such a task occupied one of them, pushes would wait for a peer that is not involved
in them.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from functools import wraps
from typing import ParamSpec

from django.db import connections

from workspace.logs.events import LogEvent

TASK_REFUSED = LogEvent(
    "task.refused",
    "Too many tasks are waiting for slow servers, such as the mail server. The task is not run.",
    {"name": "the task"},
    logging.ERROR,
)
SIDE_TASK_FAILED = LogEvent(
    "task.failed_aside",
    "A task with a slow server failed.",
    {"name": "the task"},
    logging.ERROR,
)

P = ParamSpec("P")
# Calls that wait for the thread; further ones are rejected.
WAITING_LIMIT = 1000

Call = tuple[Callable[..., None], tuple[object, ...], Context]


class SideThread:
    """Runs calls one after the other on a daemon thread, once it has been enabled; until then, in the caller's thread.

    Calls that are lost when the process ends do no harm: either their work is in rows that the worker checks
    regularly, or it is an e-mail that the user can request again.
    """

    def __init__(self) -> None:
        self._is_enabled = False
        self._process = 0
        self._waiting: queue.Queue[Call]

    def enable(self) -> None:
        """Use a thread from now on, in this process and in all processes forked from it."""
        self._is_enabled = True

    @property
    def is_busy(self) -> bool:
        """Return True if the thread of this process has a call in progress or waiting."""
        return self._process == os.getpid() and self._waiting.unfinished_tasks > 0

    def run(self, work: Callable[..., None], *arguments: object) -> None:
        """Run the call, or queue it for the thread. A call that is queued already is not queued again."""
        if not self._is_enabled:
            work(*arguments)
            return
        if self._process != os.getpid():
            self._start()
        call = (work, arguments)
        if any(waiting[:2] == call for waiting in self._waiting.queue):
            return
        try:
            # With the ids for log lines.
            self._waiting.put_nowait((*call, copy_context()))
        except queue.Full:
            TASK_REFUSED.log(name=work.__name__)

    def _start(self) -> None:
        self._process = os.getpid()
        self._waiting = queue.Queue(WAITING_LIMIT)
        threading.Thread(target=self._run_all, args=(self._waiting,), name="side-thread", daemon=True).start()

    @staticmethod
    def _run_all(waiting: queue.Queue[Call]) -> None:
        while True:
            work, arguments, context = waiting.get()
            try:
                context.run(work, *arguments)
            except Exception:
                SIDE_TASK_FAILED.exception(name=work.__name__)
            finally:
                connections.close_all()
                waiting.task_done()


side_thread = SideThread()


def on_side_thread(task: Callable[P, None]) -> Callable[P, None]:
    """Decorate a task whose peer may be slow: in a worker, it runs on the side thread of its task process."""

    @wraps(task)
    def run(*arguments: P.args, **_named: P.kwargs) -> None:
        side_thread.run(task, *arguments)

    return run
