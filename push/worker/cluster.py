"""Starts and monitors the processes that run tasks, and restarts them if they die or hang.

The cluster is django-q2's. Its processes share queues that are protected by locks. If a process is killed (`kill -9`,
or out of memory) while it holds a lock, the others may wait forever, and no process can detect this. So if one process
is killed, all are restarted with new queues. The same happens if work is waiting but no process starts any. Items that
dead processes had claimed become available again when their leases expire.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
import uuid
from typing import Any

from django.db import connections
from django_q.cluster import Sentinel
from django_q.signals import post_execute_in_worker, pre_execute

from push.services.webhooks.sending import webhook_thread
from push.stopping import STOP_SECONDS, stop_request
from push.worker.preloading import memory_share, modules_preload
from push.worker.task_process import TaskResults, task_process_run
from workspace.database.side_thread import side_thread
from workspace.logs.events import LogEvent

PROCESS_KILLED = LogEvent(
    "worker.process_killed",
    "A process of the worker was killed, such as for lack of memory. All of them are restarted.",
    {"signal": "the number of the signal"},
    logging.CRITICAL,
)
PROCESSES_ENDED = LogEvent(
    "worker.processes_ended",
    "The worker's processes have ended. New ones are started.",
    level=logging.ERROR,
)
PROCESSES_HUNG = LogEvent(
    "worker.processes_hung",
    "Work waits, and none of the worker's processes takes it. New ones are started.",
    level=logging.ERROR,
)

# The processes hang if announced work has been waiting for this long and none of them has started a task.
HUNG_SECONDS = 20.0
# The wait after a failed start.
RESTART_SECONDS = 1.0
# The timeout of a start.
START_SECONDS = 10.0

fork = multiprocessing.get_context("fork")


class ActivityMonitor:
    """Tracks in shared memory, without locks, whether the task processes are working."""

    # One slot per process id. A collision of two processes would only delay the detection of a hang.
    SLOTS = 4096

    def __init__(self) -> None:
        self._begun_at = fork.RawValue("d", time.monotonic())
        self._busy = fork.RawArray("b", self.SLOTS)

    def listen(self) -> None:
        """Track the tasks of all processes forked from now on; replaces an earlier monitor."""
        pre_execute.connect(self._on_begin, dispatch_uid="pulse_begin", weak=False)
        post_execute_in_worker.connect(self._on_end, dispatch_uid="pulse_end", weak=False)

    def forget(self) -> None:
        """Stop tracking tasks."""
        pre_execute.disconnect(dispatch_uid="pulse_begin")
        post_execute_in_worker.disconnect(dispatch_uid="pulse_end")

    def idle_seconds(self) -> float:
        """Return for how long no process has started a task; 0 while one is working."""
        return 0.0 if any(self._busy) else time.monotonic() - self._begun_at.value

    def _on_begin(self, **_signal: Any) -> None:
        self._busy[os.getpid() % self.SLOTS] = 1
        self._begun_at.value = time.monotonic()

    def _on_end(self, **_signal: Any) -> None:
        self._busy[os.getpid() % self.SLOTS] = 0


class AllOrNothingSentinel(Sentinel):  # type: ignore[misc]
    """The process that monitors the others; if one was killed, it ends all of them and itself."""

    def __init__(self, *given: Any) -> None:
        side_thread.enable()
        webhook_thread.enable()
        super().__init__(*given)

    def spawn_cluster(self) -> None:
        """Start the processes: those that run tasks, and one that dequeues them."""
        self.result_queue = TaskResults()
        super().spawn_cluster()

    def spawn_monitor(self) -> TaskResults:
        """Start no process, because results are only logged."""
        return self.result_queue

    def spawn_worker(self) -> None:
        """Start a process that runs tasks."""
        state = fork.Value("f", -1)
        process = fork.Process(
            target=task_process_run, args=(self.task_queue, self.result_queue, state, self.timeout), daemon=True
        )
        process.timer = state  # type: ignore[attr-defined]
        self.pool.append(process)
        process.start()

    def reincarnate(self, process: Any) -> None:
        """Replace a process that exited. If a signal killed it, end all processes; does not return then."""
        if process.exitcode is None or process.exitcode >= 0:
            super().reincarnate(process)
            return
        PROCESS_KILLED.log(signal=-process.exitcode)
        for other in (*self.pool, self.monitor, self.pusher):
            other.kill()
        os._exit(1)


class TaskProcesses:
    """The cluster of this worker."""

    def __init__(self) -> None:
        self._started_at = float("-inf")
        self.start()

    def start(self) -> None:
        """Start the processes; earlier ones must have ended."""
        # An open connection must not be shared with a forked process.
        connections.close_all()
        modules_preload()
        memory_share()
        self._started_at = time.monotonic()
        self._activity = ActivityMonitor()
        self._activity.listen()
        self._stop, running = fork.Event(), fork.Event()
        self._sentinel = fork.Process(target=AllOrNothingSentinel, args=(self._stop, running, uuid.uuid4()))
        self._sentinel.start()
        running.wait(START_SECONDS)

    def watch(self, *, unattended: float) -> None:
        """Restart the processes if they have ended, or if they hang while work has waited for `unattended` seconds."""
        if not self._sentinel.is_alive():
            if time.monotonic() - self._started_at >= RESTART_SECONDS:
                PROCESSES_ENDED.log()
                self.start()
        elif min(unattended, self._activity.idle_seconds()) >= HUNG_SECONDS:
            PROCESSES_HUNG.log()
            self._end()
            self.start()

    def stop(self) -> None:
        """Stop the processes within `STOP_SECONDS`.

        They start no new work, return unsent items to the queue, and record responses that still arrive. A process that
        hangs is killed; its items become available again when their leases expire.
        """
        stop_request.make()
        self._stop.set()
        self._sentinel.join(STOP_SECONDS)
        self._end()
        self._activity.forget()

    def _end(self) -> None:
        self._sentinel.kill()
        self._sentinel.join()
