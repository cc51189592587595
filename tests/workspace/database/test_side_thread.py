"""The thread for tasks whose peer may be slow."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.logs import logged
from workspace.database.side_thread import WAITING_LIMIT, SideThread

DEADLINE = 10.0


@pytest.fixture
def thread() -> SideThread:
    thread = SideThread()
    thread.enable()
    return thread


class SlowPeer:
    """Its calls do not return before :attr:`go_on` is set."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def ask(self) -> None:
        self.begun.set()
        self.go_on.wait(DEADLINE)


@pytest.fixture
def peer() -> Iterator[SlowPeer]:
    peer = SlowPeer()
    yield peer
    peer.go_on.set()


def test_a_call_returns_while_the_peer_does_not_respond(thread: SideThread, peer: SlowPeer) -> None:
    thread.run(peer.ask)
    assert peer.begun.wait(DEADLINE)
    assert not peer.go_on.is_set()


def test_a_call_that_waits_already_is_not_queued_again(thread: SideThread, peer: SlowPeer) -> None:
    calls: list[str] = []
    finished = threading.Event()
    thread.run(peer.ask)
    assert peer.begun.wait(DEADLINE)
    for address in ("ana@example.org", "ana@example.org", "ben@example.org"):
        thread.run(calls.append, address)
    thread.run(finished.set)
    peer.go_on.set()
    assert finished.wait(DEADLINE)
    assert calls == ["ana@example.org", "ben@example.org"]


def test_a_failure_is_logged_and_the_next_call_runs(thread: SideThread, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("broken")

    finished = threading.Event()
    thread.run(fail)
    thread.run(finished.set)
    assert finished.wait(DEADLINE)
    assert [fields["name"] for fields in logged(caplog, "task.failed_aside")] == ["fail"]


def test_the_number_of_waiting_calls_is_limited(
    thread: SideThread, peer: SlowPeer, caplog: pytest.LogCaptureFixture
) -> None:
    thread.run(peer.ask)
    assert peer.begun.wait(DEADLINE)
    calls: list[int] = []
    for number in range(WAITING_LIMIT + 1):
        thread.run(calls.append, number)
    assert "task.refused" in caplog.text


def test_outside_of_a_worker_a_call_runs_at_once() -> None:
    calls: list[str] = []
    SideThread().run(calls.append, "ana@example.org")
    assert calls == ["ana@example.org"]
