"""What became of a notification, told in sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from preferences.services.quiet import quiet_pause, quiet_resume
from push.explain.delivery_outcomes import ADVICE, happenings_of, moment
from push.models import Device, EndReason, Notification, State
from push.selectors.answer_words import error_words
from push.sending.dispatching import due_dispatch
from push.sending.queue import item_send_now, room_items_clear
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


def test_what_is_tried_again_is_told_with_the_time_that_it_was_queued_for(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(503))
    item = queue(receiver, post())
    first = f"Queued for {moment(item.due_at)}."
    assert told(item)[0] == first
    for _try in range(2):
        dispatched(item, 1)
        queued, tried, *_after = told(item)
        assert queued == first
        assert tried.startswith("Try 1")


def test_of_a_retry_from_before_it_was_kept_no_time_is_told(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=60, state=State.RETRYING)
    assert told(item)[0] == "Queued."


def test_what_is_sent_now_is_told_with_both_times(gateway: FakeGateway, receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=100)
    first = item.due_at
    item_send_now(notification=item)
    for _when in ("waiting", "sent"):
        queued, hurried, *_after = happenings_of(Notification.objects.get(pk=item.pk))
        assert queued.text == f"Queued for {moment(first)}."
        assert hurried.text.startswith("Brought forward, by an administrator or along with")
        assert hurried.at
        assert hurried.at < first
        due_dispatch()
    assert told(item)[-1] == "Sent."


def test_what_comes_along_with_another_is_told_to(gateway: FakeGateway, receiver: User, post: Post) -> None:
    other, item = queue(receiver, post()), queue(receiver, post(), due_in=100)
    due_dispatch()
    assert [text for text in told(other) if "Brought forward" in text] == []
    queued, along, *_tries, sent = told(item)
    assert (queued, sent) == (f"Queued for {moment(item.due_at)}.", "Sent.")
    assert along == "Brought forward, along with another notification of the same person."


def test_what_a_pause_held_and_let_go_is_told_with_both_times(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=10)
    first, begun = item.due_at, timezone.now()
    quiet_pause(user=receiver, until=begun + timedelta(hours=1))
    queued, held, _waits = told(item)
    assert queued == f"Queued for {moment(first)}."
    assert held.startswith("Held back until ")
    with time_machine.travel(begun + timedelta(minutes=30)):
        quiet_resume(user=receiver)
        queued, late, _waits = happenings_of(Notification.objects.get(pk=item.pk))
        assert queued.text == f"Queued for {moment(first)}."
        assert late.text.startswith("Due only now")
        assert late.at
        assert late.at >= begun + timedelta(minutes=30)


def test_what_is_sent_now_though_it_is_held_is_told_so(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=10)
    first, begun = item.due_at, timezone.now()
    quiet_pause(user=receiver, until=begun + timedelta(hours=1))
    with time_machine.travel(begun + timedelta(minutes=30)):
        item_send_now(notification=item)
    queued, held, hurried, _waits = told(item)
    assert queued == f"Queued for {moment(first)}."
    assert held.startswith("Held back until ")
    assert hurried.startswith("Brought forward")


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


def test_the_last_try_is_not_said_to_be_repeated(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, *[Reply(503)] * 6)
    item = queue(receiver, post())
    dispatched(item, 6)
    last = next(text for text in told(item) if text.startswith("Try 6, "))
    assert "No definite answer – HTTP 503" in last
    assert "again" not in last
    device.refresh_from_db()
    assert "again" not in error_words(device)
