"""The processes that take tasks from the broker: started, watched, and started anew when they died or hang.

The cluster is django-q2's. Its processes share queues that are guarded by locks, and a lock dies with its holder: when
one process is killed outright (`kill -9`, or for want of memory), the others may wait for it for ever. No live process
can tell. So when one has been killed, all begin anew with fresh queues; and when work goes on waiting although
nobody has begun any, they do so as well. What the dead held comes back when their claims run out.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import time
import uuid
from typing import Any

from django.db import connections
from django_q.brokers import Broker
from django_q.cluster import Sentinel
from django_q.signals import post_execute_in_worker, pre_execute

from push.stopping import STOP_SECONDS, stop_request
from push.worker.preloading import modules_preload

log = logging.getLogger(__name__)

# Work has been waiting for this long, announced every few seconds, and nobody has begun anything: they hang.
HUNG_SECONDS = 20.0
# After a start that failed.
RESTART_SECONDS = 1.0
# The longest time that a start is waited for.
START_SECONDS = 10.0

fork = multiprocessing.get_context("fork")


class Pulse:
    """Whether the task processes work, in memory that they share without any lock."""

    # One place per process, by its number: two that share a place would only make a hang be noticed later.
    PLACES = 4096

    def __init__(self) -> None:
        self._begun_at = fork.RawValue("d", time.monotonic())
        self._busy = fork.RawArray("b", self.PLACES)

    def listen(self) -> None:
        """Follow the tasks of every process forked from now on, in place of an earlier pulse."""
        pre_execute.connect(self._on_begin, dispatch_uid="pulse_begin", weak=False)
        post_execute_in_worker.connect(self._on_end, dispatch_uid="pulse_end", weak=False)

    def forget(self) -> None:
        """Follow the tasks no longer."""
        pre_execute.disconnect(dispatch_uid="pulse_begin")
        post_execute_in_worker.disconnect(dispatch_uid="pulse_end")

    def idle_seconds(self) -> float:
        """Return for how long no process has begun a task; 0 while one is at work."""
        return 0.0 if any(self._busy) else time.monotonic() - self._begun_at.value

    def _on_begin(self, **_signal: Any) -> None:
        self._busy[os.getpid() % self.PLACES] = 1
        self._begun_at.value = time.monotonic()

    def _on_end(self, **_signal: Any) -> None:
        self._busy[os.getpid() % self.PLACES] = 0


def results_acknowledge(result_queue: Any, broker: Broker) -> None:
    """Acknowledge each task that has ended, and log those that failed.

    It runs in the place of django-q2's monitor, which saves failures with pickled arguments. The rows say what became
    of the work, so a task has no result to save.
    """
    for task in iter(result_queue.get, "STOP"):
        if key := task.get("ack_id"):
            broker.acknowledge(key)
        if not task["success"]:
            log.error("The task %s failed: %s", task["func"], task["result"])


class AllOrNone(Sentinel):  # type: ignore[misc]
    """The process that guards the others; it ends together with them when one was killed."""

    def spawn_monitor(self) -> Any:
        """Start the process that acknowledges tasks."""
        return self.spawn_process(results_acknowledge, self.result_queue, self.broker)

    def reincarnate(self, process: Any) -> None:
        """Replace a process that ended by itself; raises nothing and does not return when a signal ended it."""
        if process.exitcode is None or process.exitcode >= 0:
            super().reincarnate(process)
            return
        log.critical("A process of the worker was killed by signal %d; all are started anew.", -process.exitcode)
        for other in (*self.pool, self.monitor, self.pusher):
            other.kill()
        os._exit(1)


class TaskProcesses:
    """The cluster of this worker."""

    def __init__(self) -> None:
        self._started_at = float("-inf")
        self.start()

    def start(self) -> None:
        """Start the processes; any earlier ones have ended."""
        # An open connection must not be shared with a forked process.
        connections.close_all()
        modules_preload()
        # A collection writes to every object it visits, and so copies the memory that processes share. It skips what is
        # frozen; garbage must not be, or it would stay.
        gc.collect()
        gc.freeze()
        self._started_at = time.monotonic()
        self._pulse = Pulse()
        self._pulse.listen()
        self._stop, running = fork.Event(), fork.Event()
        self._sentinel = fork.Process(target=AllOrNone, args=(self._stop, running, uuid.uuid4()))
        self._sentinel.start()
        running.wait(START_SECONDS)

    def watch(self, *, unattended: float) -> None:
        """Start the processes anew if they have ended, or hang while work has waited for `unattended` seconds."""
        if not self._sentinel.is_alive():
            if time.monotonic() - self._started_at >= RESTART_SECONDS:
                log.error("The worker's processes have ended; new ones are started.")
                self.start()
        elif min(unattended, self._pulse.idle_seconds()) >= HUNG_SECONDS:
            log.error("Work waits and none of the worker's processes takes it; new ones are started.")
            self._end()
            self.start()

    def stop(self) -> None:
        """End the processes within `STOP_SECONDS`.

        They start nothing more, put back what they have not sent, and record the answers that still come. A process
        that hangs is killed; what it holds comes back when its claims run out.
        """
        stop_request.make()
        self._stop.set()
        self._sentinel.join(STOP_SECONDS)
        self._end()
        self._pulse.forget()

    def _end(self) -> None:
        self._sentinel.kill()
        self._sentinel.join()
