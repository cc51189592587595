"""Faults that come from within: an item that ends its workers, processes that hang, a clock that is set.

The slow ones are part of `make faults` only.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from push.models import EndReason, Notification, State
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway
from tests.push.conftest import Post, queue
from tests.push.worker.conftest import WorkerProcess
from tests.push.worker.storm import Storm
from tests.push.worker.test_faults import FAST, IS_LONG, report
from tests.waiting import fault_last, wait_until
from workspace.models import User
from workspace.services.rooms import members_add

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

StartWorker = Callable[..., WorkerProcess]
only_long = pytest.mark.skipif(not IS_LONG, reason="Takes half a minute: part of `make faults`.")

# By how many seconds the system's clock is ahead of the true time, one after the other.
JUMPS = [3600, 0, -20, 7200, 0] * 3 if IS_LONG else [3600, 0, -5, 0]


def test_nothing_is_lost_or_duplicated_when_the_system_clock_jumps(
    start_worker: StartWorker, gateway: FakeGateway, tmp_path: Path
) -> None:
    clock, storm, ahead = tmp_path / "clock", Storm(gateway), 0
    clock.write_text("0")
    for _worker in range(2):
        start_worker(**FAST, TEST_CLOCK=str(clock))
    for following in JUMPS:
        post_at(storm, ahead)
        fault_last(0.3)
        clock_set(clock, following)
        ahead = following
        post_at(storm, ahead)
        fault_last(0.5)
    # An undecided message may be overtaken by later ones when the clock is set back.
    report(storm, "Jumps of the system's clock", is_ordered=False)


def post_at(storm: Storm, ahead: float) -> None:
    """Post messages with a clock that is ahead by this many seconds."""
    with time_machine.travel(timezone.now() + timedelta(seconds=ahead)):
        storm.post(2)


def clock_set(clock: Path, ahead: float) -> None:
    """Set the clock of all workers atomically."""
    draft = clock.with_name("draft")
    draft.write_text(str(ahead))
    draft.replace(clock)


@only_long
def test_an_item_that_kills_workers_does_not_affect_others(
    start_worker: StartWorker, gateway: FakeGateway, receiver: User, post: Post
) -> None:
    poison, after = queue(receiver, post("arsenic")), queue(receiver, post("afterwards"))
    other = DeviceFactory(user=UserFactory()).user
    members_add(room=poison.room, users=[other])
    neighbour = queue(other, post("beside it"))
    start_worker(**{**FAST, "CLAIM_LEASE": "1"}, TEST_POISON="arsenic")
    wait_until(lambda: not Notification.objects.filter(finished_at=None).exists(), seconds=90)
    ends = Notification.objects.in_bulk([poison.pk, after.pk, neighbour.pk])
    assert [(ends[item.pk].state, ends[item.pk].reason) for item in (poison, after, neighbour)] == [
        (State.FAILED, EndReason.WORKER_LOST),
        (State.SENT, ""),
        (State.SENT, ""),
    ]
    received = Counter((one.token, one.options["text"].split(": ")[-1]) for one in gateway.accepted)
    assert set(received.values()) == {1}
    assert {text for _token, text in received} == {"afterwards", "beside it"}


@only_long
def test_processes_that_hang_are_replaced(
    start_worker: StartWorker, gateway: FakeGateway, receiver: User, post: Post
) -> None:
    worker = start_worker(**FAST)
    for process in worker.children():
        os.kill(process, signal.SIGSTOP)
    post("wake up @bob")
    gateway.wait(lambda fake: len(fake.accepted) == 1)
    wait_until(lambda: list(Notification.objects.values_list("state", flat=True)) == [State.SENT])
    assert any("worker.processes_hung" in line for line in worker.output)
