"""Task processes that have become large end while they are idle, and only then."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from multiprocessing import get_context

import pytest

from push.worker import task_process
from push.worker.task_process import RECYCLED, STOP, IdleEndingQueue, TaskResults, is_large, task_process_run
from workspace.database.side_thread import side_thread

fork = get_context("fork")


@pytest.fixture(autouse=True)
def _idle_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_process, "IDLE_SECONDS", 0.01)


@pytest.fixture
def blocked_side_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A side thread that runs a call until the event is set."""
    monkeypatch.setattr(side_thread, "_is_enabled", True)
    done = threading.Event()
    side_thread.run(done.wait)
    yield done
    done.set()
    side_thread._waiting.join()


def test_a_task_is_returned_whatever_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_process, "PRIVATE_MEMORY_LIMIT", 0)
    tasks = fork.Queue()
    tasks.put("task")
    queue = IdleEndingQueue(tasks, fork.Value("f", -1))
    monkeypatch.setattr(task_process, "IDLE_SECONDS", 30.0)
    assert queue.get() == "task"


def test_a_large_idle_process_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_process, "PRIVATE_MEMORY_LIMIT", 0)
    state = fork.Value("f", -1)
    assert IdleEndingQueue(fork.Queue(), state).get() == STOP
    assert state.value == RECYCLED


def test_a_small_one_keeps_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_process, "PRIVATE_MEMORY_LIMIT", 1_000_000)
    assert not is_large()
    tasks = fork.Queue()
    threading.Timer(0.1, tasks.put, ["task"]).start()
    assert IdleEndingQueue(tasks, fork.Value("f", -1)).get() == "task"


def test_one_that_waits_for_a_slow_server_keeps_waiting(
    monkeypatch: pytest.MonkeyPatch, blocked_side_thread: threading.Event
) -> None:
    monkeypatch.setattr(task_process, "PRIVATE_MEMORY_LIMIT", 0)
    tasks = fork.Queue()
    threading.Timer(0.1, tasks.put, ["task"]).start()
    assert IdleEndingQueue(tasks, fork.Value("f", -1)).get() == "task"


@pytest.mark.processes
def test_the_process_exits_normally_so_that_it_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_process, "PRIVATE_MEMORY_LIMIT", 0)
    state = fork.Value("f", -1)
    process = fork.Process(target=task_process_run, args=(fork.Queue(), TaskResults(), state, -1))
    process.start()
    process.join(30)
    assert (process.exitcode, state.value) == (0, RECYCLED)
