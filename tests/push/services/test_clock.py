"""The clock: what it wakes, when, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from push.models import Decision, Notification
from push.services import clock as clock_module
from push.services.claims import users_claim
from push.services.clock import POLL_SECONDS, TROUBLE_SECONDS, Bell, Clock
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were put in the broker's queue."""
    tasks: list[str] = []
    monkeypatch.setattr(clock_module, "enqueue", lambda task: tasks.append(task) or True)
    return tasks


class Seconds:
    """The monotonic clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Seconds]:
    seconds = Seconds()
    monkeypatch.setattr(clock_module, "time", seconds)
    return seconds


def test_with_nothing_to_do_nothing_is_woken(woken: list[str]) -> None:
    assert Clock().tick() == POLL_SECONDS
    assert woken == []


def test_a_due_item_wakes_the_dispatch(woken: list[str], receiver: User, post: Post) -> None:
    queue(receiver, post())
    Decision.objects.all().delete()
    Clock().tick()
    assert woken == ["dispatch"]


def test_it_wakes_in_time_for_the_next_item(woken: list[str], receiver: User, post: Post) -> None:
    Decision.objects.all().delete()
    queue(receiver, post(), due_in=0.1)
    assert 0.01 <= Clock().tick() <= 0.1
    assert woken == []


def test_a_decision_whose_task_was_lost_is_found_after_a_second(woken: list[str], receiver: User, post: Post) -> None:
    post()
    assert Decision.objects.exists()
    clock = Clock()
    clock.tick()
    assert woken == []
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        clock.tick()
    assert woken == ["decide"]


def test_a_decision_that_failed_waits_for_its_next_try(woken: list[str], receiver: User, post: Post) -> None:
    post()
    Decision.objects.update(retry_at=timezone.now() + timedelta(seconds=60))
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        Clock().tick()
    assert woken == []


def test_an_ended_claim_wakes_the_dispatch(woken: list[str], receiver: User, post: Post) -> None:
    queue(receiver, post())
    Decision.objects.all().delete()
    users_claim(limit=1, now=timezone.now())
    clock = Clock()
    clock.tick()
    assert woken == []
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        clock.tick()
    assert woken == ["dispatch"]


def test_the_broker_is_not_flooded_with_the_same_work(seconds: Seconds, woken: list[str]) -> None:
    bell = Bell("dispatch")
    for _tick in range(40):
        bell.hear("the same item")
        seconds.now += POLL_SECONDS
    assert len(woken) == 2


def test_further_work_is_announced_at_most_twice_a_second(seconds: Seconds, woken: list[str]) -> None:
    bell = Bell("dispatch")
    for tick in range(40):
        bell.hear(f"item {tick}")
        seconds.now += POLL_SECONDS
    assert len(woken) == 20


def test_after_a_pause_new_work_is_announced_at_once(seconds: Seconds, woken: list[str]) -> None:
    bell = Bell("dispatch")
    bell.hear("first")
    seconds.now += 0.1
    bell.hear(None)
    bell.hear("second")
    assert woken == ["dispatch", "dispatch"]


def test_a_database_that_is_gone_does_not_stop_the_clock(
    monkeypatch: pytest.MonkeyPatch, woken: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OperationalError("server closed the connection")

    closed: list[bool] = []
    monkeypatch.setattr(clock_module, "due_next", fail)
    monkeypatch.setattr(clock_module.connection, "close", lambda: closed.append(True))
    assert Clock().tick() == TROUBLE_SECONDS
    assert closed == [True]
    assert "goes on trying" in caplog.text


def test_items_of_users_being_served_do_not_wake_anybody(woken: list[str], receiver: User, post: Post) -> None:
    queue(receiver, post())
    Decision.objects.all().delete()
    users_claim(limit=1, now=timezone.now())
    queue(receiver, post())
    Decision.objects.all().delete()
    Clock().tick()
    assert woken == []
    assert Notification.objects.count() == 2


def test_work_that_nobody_takes_is_unattended_from_its_first_announcement(seconds: Seconds, woken: list[str]) -> None:
    bell = Bell("dispatch")
    for _tick in range(40):
        bell.hear("the same item")
        seconds.now += POLL_SECONDS
    assert bell.unattended_seconds() == 40 * POLL_SECONDS


def test_work_that_goes_on_is_not_unattended(seconds: Seconds, woken: list[str]) -> None:
    bell = Bell("dispatch")
    for tick in range(40):
        bell.hear(f"item {tick}")
        seconds.now += POLL_SECONDS
    assert bell.unattended_seconds() <= Bell.INTERVAL
    bell.hear(None)
    assert bell.unattended_seconds() == 0


def test_work_that_could_not_be_announced_is_not_unattended(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "enqueue", lambda _task: False)
    bell = Bell("dispatch")
    for _tick in range(40):
        bell.hear("the same item")
        seconds.now += POLL_SECONDS
    assert bell.unattended_seconds() == 0


def test_work_that_cannot_be_seen_is_not_unattended(
    seconds: Seconds, monkeypatch: pytest.MonkeyPatch, woken: list[str], receiver: User, post: Post
) -> None:
    def fail() -> None:
        raise InterfaceError("connection already closed")

    queue(receiver, post())
    clock = Clock()
    clock.tick()
    seconds.now += 10
    assert clock.unattended_seconds() == 10
    monkeypatch.setattr(clock_module, "due_next", fail)
    monkeypatch.setattr(clock_module.connection, "close", lambda: None)
    clock.tick()
    assert clock.unattended_seconds() == 0
