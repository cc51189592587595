"""The data of the admin dashboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from push.models import Decision, OutcomeHour, State
from push.models.rollups import hour_of
from push.providers.registry import device_kinds
from push.selectors import dashboard
from push.selectors.counts import device_counts
from push.selectors.dashboard import app_versions, devices_by_type, last_failures, queue_summary
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


def test_the_counts_stop_at_a_limit(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "LIMIT", 2)
    for _time in range(4):
        notification_of(message, UserFactory(), State.QUEUED, due_at=NOW)
    assert queue_summary(NOW).waiting == 3


def test_enabled_devices_are_counted_by_app_and_version() -> None:
    for version in ("4.1", "4.1", ""):
        DeviceFactory(type="apn", app_name="org.app", app_version=version)
    DeviceFactory(type="apn", app_name="org.app", app_version="4.1", disabled_at=NOW)
    assert [(row.version, row.enabled) for row in app_versions(device_counts())] == [("4.1", 2), ("", 1)]


def test_devices_are_counted_by_type_enabled_and_disabled() -> None:
    DeviceFactory(type="gcm")
    DeviceFactory(type="gcm", disabled_at=NOW)
    counted = {kind.type: (enabled, disabled) for kind, enabled, disabled in devices_by_type(device_counts())}
    assert counted == {kind.type: (1, 1) if kind.type == "gcm" else (0, 0) for kind in device_kinds()}


def test_the_last_failures_come_newest_first_and_end_with_the_week(message: Message) -> None:
    older = notification_of(message, UserFactory(), finished_at=NOW - timedelta(days=2))
    newer = notification_of(message, UserFactory(), finished_at=NOW - timedelta(days=1))
    notification_of(message, UserFactory(), finished_at=NOW - timedelta(days=8))
    notification_of(message, UserFactory(), State.SENT, finished_at=NOW)
    for failure in (older, newer):
        assert failure.finished_at
        OutcomeHour.objects.create(
            hour=hour_of(failure.finished_at), channel="push", state="failed", code="gave_up", count=1
        )
    assert last_failures(NOW) == [newer, older]
    # The statistics of this hour may be a minute old.
    newest = notification_of(message, UserFactory(), finished_at=NOW)
    assert last_failures(NOW) == [newest, newer, older]
