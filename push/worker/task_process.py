"""A process that runs tasks, and how it returns memory.

A task process gets larger under load: it copies the memory pages that it shares with the worker when it writes to them,
and Python writes to every object that it uses. It rarely returns freed memory. A large process that has had nothing to
do for a while is therefore replaced by a new one.
"""

from __future__ import annotations

import logging
from pathlib import Path
from queue import Empty
from typing import Any

from django_q.worker import worker

from push.sending.late_answers import LateAnswers
from push.services.webhooks.sending import webhook_thread
from workspace.database.side_thread import side_thread
from workspace.logs.events import LogEvent
from workspace.tracing.spans import spans_flush

TASK_FAILED = LogEvent(
    "task.failed",
    "A task of the worker failed. What it should have done is in the database, and is tried again.",
    {"name": "the task", "task": "the id of the task", "problem": "the error with its traceback"},
    logging.ERROR,
)

# An idle process is replaced if it does not share more than this (MB) with the others. Processes with little work stay
# below, so that they keep their connections to the push services.
PRIVATE_MEMORY_LIMIT = 24
# A process is idle if it has had no task for this many seconds.
IDLE_SECONDS = 60.0

# django-q2's values: the message that ends a process, and the state of one that ended intentionally.
STOP = "STOP"
RECYCLED = -2


class TaskResults:
    """Receives the results of tasks, and logs failures.

    Replaces the queue to django-q2's monitor process, and in the sentinel that process itself. It has nothing to do:
    the broker removes tasks when they are dequeued, and what a task did is in the database.
    """

    name, pid, exitcode = "results", 0, None

    def __init__(self) -> None:
        self._is_open = True

    def put(self, result: dict[str, Any] | str) -> None:
        """Log a failed task. `STOP` is the sentinel's last message."""
        if isinstance(result, str):
            self._is_open = False
        elif not result["success"]:
            TASK_FAILED.log(name=str(result["func"]), task=result.get("id"), problem=str(result["result"]))

    def is_alive(self) -> bool:
        """Return True until the sentinel has sent its last message."""
        return self._is_open

    def empty(self) -> bool:
        return True

    def qsize(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing to close."""

    def join_thread(self) -> None:
        """Nothing to wait for."""

    def kill(self) -> None:
        """Nothing to kill."""


class IdleEndingQueue:
    """The task queue of one process; it ends the process if that is idle and has become large."""

    def __init__(self, tasks: Any, state: Any) -> None:
        self._tasks = tasks
        self._state = state

    def get(self) -> Any:
        """Return the next task, or `STOP` if the process should end."""
        while True:
            try:
                return self._tasks.get(timeout=IDLE_SECONDS)
            except Empty:
                if is_large() and not is_busy():
                    self._state.value = RECYCLED
                    return STOP


def task_process_run(tasks: Any, results: TaskResults, state: Any, timeout: int) -> None:
    """Run tasks until the worker stops, or until the process is idle and large."""
    try:
        worker(IdleEndingQueue(tasks, state), results, state, timeout)
    finally:
        spans_flush()


def is_busy() -> bool:
    """Return True if another thread of the process is working."""
    return side_thread.is_busy or webhook_thread.is_busy or LateAnswers.current().is_busy


def is_large() -> bool:
    """Return True if this process has much memory that it does not share. Always False on systems other than Linux."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return False
    private = sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:")))
    return private > PRIVATE_MEMORY_LIMIT * 1024
