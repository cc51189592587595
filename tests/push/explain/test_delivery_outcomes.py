"""The history of a notification, as sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from preferences.services.quiet import quiet_pause, quiet_resume
from push.explain.delivery_outcomes import ADVICE, local_datetime, notification_history
from push.models import Device, EndReason, Notification, State
from push.selectors.response_texts import error_text
from push.sending.dispatching import due_dispatch
from push.sending.queue import item_send_now, room_items_drop
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db


def history_of(item: Notification) -> list[str]:
    item.refresh_from_db()
    return [entry.text for entry in notification_history(item)]


def dispatch(item: Notification, attempts: int) -> None:
    """Run that many delivery attempts, each when the item is due."""
    for _attempt in range(attempts):
        item.refresh_from_db()
        with time_machine.travel(max(timezone.now(), item.due_at) + timedelta(seconds=1), tick=False):
            due_dispatch()


def test_each_attempt_is_listed_with_device_answer_and_next_attempt(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(503))
    item = queue(receiver, post())
    dispatch(item, 1)
    first = item.attempts.get()
    _queued, tried, waits = history_of(item)
    assert tried.startswith(f"Attempt 1, to {device}")
    assert "Will be retried – HTTP 503" in tried
    assert tried.endswith(f"Next attempt at {local_datetime(first.retry_at)}.")
    assert waits == "Will be sent at this time, unless the room is read first."
    dispatch(item, 1)
    *_before, tried, sent = history_of(item)
    assert tried.startswith(f"Attempt 2, to {device}")
    assert tried.endswith(": Accepted.")
    assert sent == "Sent."


def test_a_retried_notification_shows_the_time_it_was_queued_for(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, Reply(503))
    item = queue(receiver, post())
    first = f"Queued for {local_datetime(item.due_at)}."
    assert history_of(item)[0] == first
    for _attempt in range(2):
        dispatch(item, 1)
        queued, tried, *_after = history_of(item)
        assert queued == first
        assert tried.startswith("Attempt 1")


def test_a_retry_without_stored_first_due_time_shows_no_time(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=60, state=State.RETRYING)
    assert history_of(item)[0] == "Queued."


def test_send_now_shows_both_times(gateway: FakeGateway, receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=100)
    first = item.due_at
    item_send_now(notification=item)
    for _when in ("waiting", "sent"):
        queued, hurried, *_after = notification_history(Notification.objects.get(pk=item.pk))
        assert queued.text == f"Queued for {local_datetime(first)}."
        assert hurried.text.startswith("Brought forward by an administrator, or together with")
        assert hurried.at
        assert hurried.at < first
        due_dispatch()
    assert history_of(item)[-1] == "Sent."


def test_a_notification_sent_together_with_another_says_so(gateway: FakeGateway, receiver: User, post: Post) -> None:
    other, item = queue(receiver, post()), queue(receiver, post(), due_in=100)
    due_dispatch()
    assert [text for text in history_of(other) if "together with" in text] == []
    queued, along, *_tries, sent = history_of(item)
    assert (queued, sent) == (f"Queued for {local_datetime(item.due_at)}.", "Sent.")
    assert along == "Sent early, together with another notification for the same person."


def test_a_pause_that_ended_early_shows_both_times(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=10)
    first, begun = item.due_at, timezone.now()
    quiet_pause(user=receiver, until=begun + timedelta(hours=1))
    queued, held, _waits = history_of(item)
    assert queued == f"Queued for {local_datetime(first)}."
    assert held.startswith("Held back until ")
    with time_machine.travel(begun + timedelta(minutes=30)):
        quiet_resume(user=receiver)
        queued, late, _waits = notification_history(Notification.objects.get(pk=item.pk))
        assert queued.text == f"Queued for {local_datetime(first)}."
        assert late.text.startswith("Rescheduled: ")
        assert late.at
        assert late.at >= begun + timedelta(minutes=30)


def test_send_now_during_a_pause_is_shown(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=10)
    first, begun = item.due_at, timezone.now()
    quiet_pause(user=receiver, until=begun + timedelta(hours=1))
    with time_machine.travel(begun + timedelta(minutes=30)):
        item_send_now(notification=item)
    queued, held, hurried, _waits = history_of(item)
    assert queued == f"Queued for {local_datetime(first)}."
    assert held.startswith("Held back until ")
    assert hurried.startswith("Brought forward")


def test_giving_up_is_shown_after_the_last_attempt(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, *[Reply(503)] * 6)
    item = queue(receiver, post())
    dispatch(item, 6)
    *_before, last, end = history_of(item)
    assert last.startswith(f"Attempt 6, to {device}")
    assert "Next attempt" not in last
    assert end == f"Failed: {EndReason.GAVE_UP.label}"


def test_a_notification_dropped_by_reading_shows_the_time(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=60)
    room_items_drop(user=receiver, room=item.room)
    item.refresh_from_db()
    [_queued, end] = notification_history(item)
    assert (end.at, end.text) == (item.finished_at, f"Dropped: {EndReason.CLEARED_BY_READ.label}")


def test_every_end_reason_has_advice() -> None:
    assert set(EndReason.values) == set(ADVICE)


def test_the_last_attempt_does_not_announce_a_retry(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(device.token, *[Reply(503)] * 6)
    item = queue(receiver, post())
    dispatch(item, 6)
    last = next(text for text in history_of(item) if text.startswith("Attempt 6, "))
    assert "No definite answer – HTTP 503" in last
    assert "again" not in last
    device.refresh_from_db()
    assert "again" not in error_text(device)
