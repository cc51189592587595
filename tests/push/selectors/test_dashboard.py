"""The data of the admin dashboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from push.models import Decision, State
from push.providers.registry import device_kinds
from push.selectors.dashboard import devices_by_type, last_day, last_failures, queue_summary
from tests.admin_rows import notification_of
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


@pytest.fixture
def message() -> Message:
    return message_in(RoomFactory(), UserFactory())


def test_the_queue_counts_waiting_due_and_sending_items(message: Message) -> None:
    notification_of(message, UserFactory(), State.QUEUED, due_at=NOW - timedelta(minutes=5))
    notification_of(message, UserFactory(), State.RETRYING, due_at=NOW + timedelta(minutes=5))
    notification_of(message, UserFactory(), State.CLAIMED, due_at=NOW - timedelta(hours=1))
    notification_of(message, UserFactory(), State.SENT, due_at=NOW - timedelta(hours=2))
    queue = queue_summary(NOW)
    assert (queue.waiting, queue.due, queue.sending) == (2, 1, 1)
    assert queue.oldest_due == NOW - timedelta(minutes=5)


def test_undecided_messages_are_counted(message: Message) -> None:
    assert queue_summary(NOW).undecided == 1
    Decision.objects.update(decided_at=NOW)
    assert queue_summary(NOW).undecided == 0


def test_an_empty_queue_has_no_oldest_item() -> None:
    queue = queue_summary(NOW)
    assert (queue.waiting, queue.oldest_due) == (0, None)


def test_the_day_has_24_hours_up_to_the_current_one() -> None:
    hours = last_day(NOW).hours
    assert len(hours) == 24
    assert hours[0] == datetime(2026, 3, 1, 13, tzinfo=UTC)
    assert hours[-1] == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_ended_items_are_counted_by_hour_state_and_reason(message: Message) -> None:
    notification_of(message, UserFactory(), State.SENT, finished_at=NOW)
    notification_of(message, UserFactory(), State.SENT, finished_at=NOW - timedelta(hours=1))
    notification_of(message, UserFactory(), State.DROPPED, finished_at=NOW, reason="connected")
    notification_of(message, UserFactory(), State.DROPPED, finished_at=NOW, reason="connected")
    day = last_day(NOW)
    assert (day.total(State.SENT), day.total(State.DROPPED), day.total(State.FAILED)) == (2, 2, 0)
    assert day.series(State.SENT)[-2:] == [1, 1]
    assert day.reasons == {(State.DROPPED, "connected"): 2}


def test_items_that_ended_earlier_are_excluded(message: Message) -> None:
    notification_of(message, UserFactory(), State.SENT, finished_at=NOW - timedelta(hours=25))
    assert last_day(NOW).total(State.SENT) == 0


def test_devices_are_counted_by_type_enabled_and_disabled() -> None:
    DeviceFactory(type="gcm")
    DeviceFactory(type="gcm", disabled_at=NOW)
    counted = {kind.type: (enabled, disabled) for kind, enabled, disabled in devices_by_type()}
    assert counted == {kind.type: (1, 1) if kind.type == "gcm" else (0, 0) for kind in device_kinds()}


def test_the_last_failures_come_newest_first_and_end_with_the_week(message: Message) -> None:
    older = notification_of(message, UserFactory(), finished_at=NOW - timedelta(days=2))
    newer = notification_of(message, UserFactory(), finished_at=NOW - timedelta(days=1))
    notification_of(message, UserFactory(), finished_at=NOW - timedelta(days=8))
    notification_of(message, UserFactory(), State.SENT, finished_at=NOW)
    assert last_failures(NOW) == [newer, older]
