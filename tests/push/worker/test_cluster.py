"""Restarting the task processes when some of them die or hang."""

from __future__ import annotations

import os
import signal
import time
from types import SimpleNamespace

import pytest

from push.worker import cluster
from push.worker.cluster import HUNG_SECONDS, ActivityMonitor, TaskProcesses


class Processes(TaskProcesses):
    """Fake task processes that record when they are started and ended."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.alive = True
        self.idle = 0.0
        super().__init__()

    def start(self) -> None:
        self.log.append("start")
        self._started_at = time.monotonic()
        self._activity = SimpleNamespace(idle_seconds=lambda: self.idle)  # type: ignore[assignment]
        self._sentinel = SimpleNamespace(is_alive=lambda: self.alive)

    def _end(self) -> None:
        self.log.append("end")


def test_processes_that_have_ended_are_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    processes = Processes()
    processes.alive = False
    processes.watch(unattended=0)
    assert processes.log == ["start"]
    monkeypatch.setattr(cluster, "RESTART_SECONDS", 0)
    processes.watch(unattended=0)
    assert processes.log == ["start", "start"]


@pytest.mark.parametrize(
    ("unattended", "idle", "hangs"),
    [
        (HUNG_SECONDS, HUNG_SECONDS, True),
        # Nothing to do for a long time.
        (0, 10_000, False),
        # Others are at work on it, or it has only come up.
        (10_000, 0, False),
        (10_000, HUNG_SECONDS - 1, False),
        (HUNG_SECONDS - 1, 10_000, False),
    ],
)
def test_they_hang_if_work_waits_and_no_process_starts_any(unattended: float, idle: float, hangs: bool) -> None:
    processes = Processes()
    processes.idle = idle
    processes.watch(unattended=unattended)
    assert processes.log == (["start", "end", "start"] if hangs else ["start"])


@pytest.mark.processes
def test_a_running_task_in_another_process_is_noticed() -> None:
    pulse = ActivityMonitor()
    idle = pulse.idle_seconds()
    child = cluster.fork.Process(target=pulse._on_begin)
    child.start()
    child.join()
    assert pulse.idle_seconds() == 0 <= idle


def test_a_task_that_has_ended_leaves_its_process_idle() -> None:
    pulse = ActivityMonitor()
    pulse._on_begin()
    assert pulse.idle_seconds() == 0
    pulse._on_end()
    assert pulse.idle_seconds() > 0


@pytest.mark.processes
def test_a_killed_process_ends_the_others() -> None:
    """Otherwise processes that wait for a lock of the killed one would wait forever."""
    guard = cluster.fork.Process(target=guard_of_killed)
    guard.start()
    guard.join(30)
    assert guard.exitcode == 1


def guard_of_killed() -> None:
    others = [cluster.fork.Process(target=signal.pause) for _number in range(3)]
    killed = cluster.fork.Process(target=signal.pause)
    for process in (*others, killed):
        process.start()
    assert killed.pid
    os.kill(killed.pid, signal.SIGKILL)
    killed.join()
    sentinel = cluster.AllOrNothingSentinel.__new__(cluster.AllOrNothingSentinel)
    sentinel.pool, sentinel.monitor, sentinel.pusher = [killed, others[0]], others[1], others[2]
    sentinel.reincarnate(killed)
