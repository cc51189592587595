"""The migration that moves claims out of the queue's rows, on a queue with waiting and claimed items."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from push.models import ClaimedItem, Lease, Notification
from tests.single_steps import single_steps_executor

pytestmark = pytest.mark.thorough

MIGRATION = "0009_claims_tables"
BEFORE = "0008_own_addresses"


@pytest.fixture
def old_apps(empty_database: str) -> Any:
    return single_steps_executor().migrate([("push", BEFORE)]).apps


def test_claims_and_waiting_items_survive(old_apps: Any) -> None:
    now = timezone.now()
    items = old_apps.get_model("push", "Notification").objects
    until = now + timedelta(seconds=20)

    def item(number: int, **fields: Any) -> Any:
        given = {"channel": "push", "rule": "mentioned", "due_at": now, **fields}
        return items.create(user_id=number, message_id=number, room_id=1, **given)

    waiting, retrying = item(1), item(2, state="retrying")
    claimed = item(3, state="claimed", claimed_by="worker", claimed_until=until, lost_claims=3)
    begun = item(4, state="claimed", claimed_by="worker", claimed_until=until - timedelta(seconds=1))
    sent = item(5, state="sent", finished_at=now)
    attempts = old_apps.get_model("push", "Attempt").objects
    attempts.create(notification=begun, number=1, answer="retry", retry_at=now)
    attempts.create(notification=begun, number=2, answer="sending", claimed_by="worker")
    executor = single_steps_executor()
    executor.migrate([("push", MIGRATION)])
    states = dict(Notification.objects.values_list("pk", "state"))
    assert states == {
        waiting.pk: "queued",
        retrying.pk: "retrying",
        claimed.pk: "queued",
        begun.pk: "retrying",
        sent.pk: "sent",
    }
    assert list(Lease.objects.values_list("token", "until")) == [("worker", until)]
    held = ClaimedItem.objects.order_by("pk").values_list("pk", "user", "lease")
    assert list(held) == [(claimed.pk, 3, "worker"), (begun.pk, 4, "worker")]
    assert list(ClaimedItem.objects.filter(begun_at__isnull=False)) == [ClaimedItem(pk=begun.pk)]
