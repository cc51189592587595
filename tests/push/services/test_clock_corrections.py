"""The system's clock set back: what was written before waits no longer than it would have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from push.models import Answer, Attempt, Decision, Device, Notification, State
from push.sending.dispatching import due_dispatch
from push.sending.queue import item_send_now
from push.services.clock_corrections import times_mend
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@contextmanager
def clock_ahead() -> Iterator[None]:
    """Write by a clock that is an hour ahead, and is set right afterwards."""
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


def test_what_was_queued_keeps_its_delay(receiver: User, post: Post) -> None:
    with clock_ahead():
        item = queue(receiver, post(), due_in=80)
    times_mend()
    times_mend()
    item.refresh_from_db()
    assert item.due_at == NOW + timedelta(seconds=80)


def test_what_was_hurried_keeps_the_delay_that_it_had_at_first(receiver: User, post: Post) -> None:
    with clock_ahead():
        item = queue(receiver, post(), due_in=80)
        item_send_now(notification=item)
    times_mend()
    item.refresh_from_db()
    assert (item.due_at, item.first_due_at) == (NOW, NOW + timedelta(seconds=80))


def test_what_was_queued_by_the_right_clock_stays_as_it_is(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=7200)
    times_mend()
    item.refresh_from_db()
    assert item.due_at == NOW + timedelta(hours=2)


def test_what_quiet_hours_hold_waits_for_their_end(receiver: User, post: Post) -> None:
    end = NOW + timedelta(hours=9)
    with clock_ahead():
        item = queue(receiver, post())
        Notification.objects.filter(pk=item.pk).update(due_at=end, held_from=item.due_at, held_until=end)
    times_mend()
    item.refresh_from_db()
    assert item.due_at == end


def test_a_message_is_decided_upon_at_once(receiver: User, post: Post) -> None:
    with clock_ahead():
        message = post("@bob soon")
    assert Decision.objects.get(message=message).retry_at > NOW
    times_mend()
    decision = Decision.objects.get(message=message)
    assert (decision.accepted_at, decision.retry_at) == (NOW, NOW)


def test_what_is_to_be_tried_again_keeps_its_wait(
    receiver: User, device: Device, post: Post, gateway: FakeGateway
) -> None:
    gateway.script(device.token, Reply(503, {"Retry-After": "100"}))
    with clock_ahead():
        item = queue(receiver, post())
        due_dispatch()
    times_mend()
    item.refresh_from_db()
    [attempt] = Attempt.objects.all()
    assert (item.state, attempt.answer) == (State.RETRYING, Answer.RETRY)
    assert NOW + timedelta(seconds=100) <= item.due_at <= NOW + timedelta(seconds=110)
    assert attempt.retry_at == item.due_at
    with time_machine.travel(item.due_at, tick=False):
        due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT
    assert timezone.now() == NOW
