"""The clock: which tasks it wakes, when and how often."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from preferences.models import AccountsSettings
from push.models import Decision, Device, Notification, ShownRoom
from push.rules import candidates
from push.sending.claiming import users_claim
from push.services.fanout import pending_decide, remainder_count
from push.waking import ALARMS, alarm, alarm_announce
from push.worker import clock as clock_module
from push.worker.clock import LISTENING_SECONDS, POLL_SECONDS, TROUBLE_SECONDS, Clock, TaskWaker
from tests.factories import RoomFactory
from tests.push.conftest import Post, queue
from tests.push.situations import CHANNELS, saved
from workspace.models import User
from workspace.wakeups import Listener, wakeups_supported

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were added to the broker's queue."""
    tasks: list[str] = []
    monkeypatch.setattr(clock_module, "enqueue", lambda task: tasks.append(task) or True)
    return tasks


class Seconds:
    """A monotonic clock that the test advances."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Seconds]:
    seconds = Seconds()
    monkeypatch.setattr(clock_module, "time", seconds)
    return seconds


def test_without_work_no_task_is_woken(woken: list[str]) -> None:
    assert Clock().tick() == POLL_SECONDS
    assert woken == []


def test_a_cloud_without_workspace_does_not_check_the_queue(
    woken: list[str], settings: Any, receiver: User, post: Post
) -> None:
    settings.ROLES = frozenset({"cloud"})
    queue(receiver, post())
    with CaptureQueriesContext(connection) as asked:
        assert Clock().tick() == LISTENING_SECONDS
    assert "dispatch" not in woken
    assert not [query for query in asked if "push_notification" in query["sql"]]


def test_a_due_item_wakes_the_dispatch(woken: list[str], receiver: User, post: Post) -> None:
    queue(receiver, post())
    Decision.objects.all().delete()
    Clock().tick()
    assert woken == ["dispatch"]


def test_a_due_removal_wakes_its_task(woken: list[str], device: Device) -> None:
    room = RoomFactory()
    shown = ShownRoom.objects.create(device=device, room=room)
    clock = Clock()
    clock.tick()
    assert woken == []
    ShownRoom.objects.filter(pk=shown.pk).update(read_at=timezone.now(), due_at=timezone.now())
    clock.tick()
    assert woken == ["clear"]


def test_it_wakes_in_time_for_the_next_item(woken: list[str], receiver: User, post: Post) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        message = post()
        Decision.objects.all().delete()
        queue(receiver, message, due_in=0.1)
        assert Clock().tick() == pytest.approx(0.1)
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


def test_members_whose_counting_was_lost_are_counted_after_a_second(
    woken: list[str], receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "LARGE_ROOM", 1)
    saved(AccountsSettings, **dict.fromkeys(CHANNELS, "mentions"))
    post(f"@{receiver.username}")
    pending_decide()
    Notification.objects.all().delete()
    clock = Clock()
    clock.tick()
    assert woken == []
    with time_machine.travel(timezone.now() + timedelta(seconds=1.5), tick=False):
        clock.tick()
        assert woken == ["count"]
        assert remainder_count()
        woken.clear()
        clock.tick()
    assert woken == []


def test_a_failed_decision_waits_for_its_next_attempt(woken: list[str], receiver: User, post: Post) -> None:
    post()
    Decision.objects.update(retry_at=timezone.now() + timedelta(seconds=60))
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        Clock().tick()
    assert woken == []


def test_an_expired_claim_wakes_the_dispatch(woken: list[str], receiver: User, post: Post) -> None:
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
    bell = TaskWaker("dispatch")
    for _tick in range(40):
        bell.notice("the same item")
        seconds.now += POLL_SECONDS
    assert len(woken) == 2


def test_further_work_is_announced_at_most_twice_a_second(seconds: Seconds, woken: list[str]) -> None:
    bell = TaskWaker("dispatch")
    for tick in range(40):
        bell.notice(f"item {tick}")
        seconds.now += POLL_SECONDS
    assert len(woken) == 20


def test_after_a_pause_new_work_is_announced_immediately(seconds: Seconds, woken: list[str]) -> None:
    bell = TaskWaker("dispatch")
    bell.notice("first")
    seconds.now += 0.1
    bell.notice(None)
    bell.notice("second")
    assert woken == ["dispatch", "dispatch"]


def test_an_unavailable_database_does_not_stop_the_clock(
    monkeypatch: pytest.MonkeyPatch, woken: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OperationalError("server closed the connection")

    closed: list[bool] = []
    monkeypatch.setattr(clock_module, "due_next", fail)
    monkeypatch.setattr(clock_module.connection, "close", lambda: closed.append(True))
    assert Clock().tick() == TROUBLE_SECONDS
    assert closed == [True]
    assert "worker.clock_blind" in caplog.text


@pytest.fixture
def clock() -> Iterator[Clock]:
    clock = Clock()
    yield clock
    clock.stop()


def test_an_earlier_alarm_ends_the_rest(transactional_db: None, clock: Clock) -> None:
    if not wakeups_supported():
        pytest.skip("Only PostgreSQL carries announcements.")
    clock.rest(60)
    for moment in (timezone.now() + timedelta(hours=1), timezone.now() + timedelta(seconds=0.1)):
        alarm(moment)
    clock.rest(60)
    # Alarms are set to the millisecond.
    assert timezone.now() >= moment - timedelta(milliseconds=1)
    alarm(timezone.now() - timedelta(hours=1))
    clock.rest(60)


def test_it_checks_rarely_while_alarms_work(transactional_db: None, clock: Clock) -> None:
    if not wakeups_supported():
        pytest.skip("Only PostgreSQL carries announcements.")
    assert clock.tick() == POLL_SECONDS
    clock.rest(0.1)
    assert clock.tick() == LISTENING_SECONDS


def test_a_request_to_stop_ends_the_rest(clock: Clock) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"!")
    clock.rest(0.1)
    clock.rest(60, until_readable=[reading])
    os.close(reading)
    os.close(writing)


@pytest.mark.django_db(transaction=True)
def test_queueing_sets_the_clocks_alarm(receiver: User, post: Post) -> None:
    """A clock without work finds a newly queued push in time."""
    if not wakeups_supported():
        pytest.skip("Only PostgreSQL carries announcements.")
    listener = Listener(ALARMS)
    listener.wait(0)
    post("@bob")
    pending_decide()
    assert {alarm.channel for alarm in listener.wait(30)} == {ALARMS}
    listener.close()


def test_an_alarm_that_cannot_be_set_delays_the_work_but_does_not_lose_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: str) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("push.waking.announce", fail)
    alarm_announce(timezone.now())
    assert "work.not_announced" in caplog.text


def test_an_uninterrupted_rest_lasts_its_full_time(clock: Clock) -> None:
    clock.rest(0.05)
    begun = time.monotonic()
    clock.rest(0.05)
    assert time.monotonic() - begun >= 0.05


def test_items_of_users_being_served_wake_no_task(woken: list[str], receiver: User, post: Post) -> None:
    queue(receiver, post())
    Decision.objects.all().delete()
    users_claim(limit=1, now=timezone.now())
    queue(receiver, post())
    Decision.objects.all().delete()
    Clock().tick()
    assert woken == []
    assert Notification.objects.count() == 2


def test_work_that_no_process_starts_is_unattended_from_its_first_announcement(
    seconds: Seconds, woken: list[str]
) -> None:
    bell = TaskWaker("dispatch")
    for _tick in range(40):
        bell.notice("the same item")
        seconds.now += POLL_SECONDS
    assert bell.unattended_seconds() == 40 * POLL_SECONDS


def test_work_in_progress_is_not_unattended(seconds: Seconds, woken: list[str]) -> None:
    bell = TaskWaker("dispatch")
    for tick in range(40):
        bell.notice(f"item {tick}")
        seconds.now += POLL_SECONDS
    assert bell.unattended_seconds() <= TaskWaker.INTERVAL
    bell.notice(None)
    assert bell.unattended_seconds() == 0


def test_work_that_could_not_be_announced_is_not_unattended(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "enqueue", lambda _task: False)
    bell = TaskWaker("dispatch")
    for _tick in range(40):
        bell.notice("the same item")
        seconds.now += POLL_SECONDS
    assert bell.unattended_seconds() == 0


def test_work_that_cannot_be_queried_is_not_unattended(
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
