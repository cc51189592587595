"""What became of a notification, told in sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from push.models import Device, EndReason, Notification
from push.selectors.aftermath import ADVICE, happenings_of, moment
from push.services.dispatch import due_dispatch
from push.services.queue import room_items_clear
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db


def told(item: Notification) -> list[str]:
    item.refresh_from_db()
    return [happening.text for happening in happenings_of(item)]


def dispatched(item: Notification, tries: int) -> None:
    """Send the item that many times, each once it is due."""
    for _try in range(tries):
        item.refresh_from_db()
        with time_machine.travel(max(timezone.now(), item.due_at) + timedelta(seconds=1), tick=False):
            due_dispatch()


def test_each_try_is_told_with_its_device_its_answer_and_the_next_one(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(503))
    item = queue(receiver, post())
    dispatched(item, 1)
    first = item.attempts.get()
    _queued, tried, waits = told(item)
    assert tried.startswith(f"Try 1, to {device}")
    assert "To be tried again – HTTP 503" in tried
    assert tried.endswith(f"Next try at {moment(first.retry_at)}.")
    assert waits == "Waits until then, unless the room is read first."
    dispatched(item, 1)
    *_before, tried, sent = told(item)
    assert tried.startswith(f"Try 2, to {device}")
    assert tried.endswith(": Accepted.")
    assert sent == "Sent."


def test_the_time_of_another_try_is_not_told_as_what_it_was_queued_for(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(503))
    item = queue(receiver, post())
    assert told(item)[0] == f"Queued for {moment(item.due_at)}."
    for _try in range(2):
        dispatched(item, 1)
        assert told(item)[0] == "Queued."


def test_what_is_given_up_is_told_after_its_last_try(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, *[Reply(503)] * 6)
    item = queue(receiver, post())
    dispatched(item, 6)
    *_before, last, end = told(item)
    assert last.startswith(f"Try 6, to {device}")
    assert "Next try" not in last
    assert end == f"Failed: {EndReason.GAVE_UP.label}"


def test_what_was_read_first_is_told_with_the_moment(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=60)
    room_items_clear(user=receiver, room=item.room)
    item.refresh_from_db()
    [_queued, end] = happenings_of(item)
    assert (end.at, end.text) == (item.finished_at, f"Dropped: {EndReason.CLEARED_BY_READ.label}")


def test_every_ending_says_who_can_change_what() -> None:
    assert set(EndReason.values) == set(ADVICE)
