"""What is counted of notifications on their way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from push.models import Channel, Device, Lease, State
from push.monitoring.counting import outcome_count
from push.sending.claiming import users_claim
from push.sending.dispatching import due_dispatch
from push.sending.receipts import receipts_record
from push.services.fanout import pending_decide
from tests.factories import EmailAddressFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.metrics import recorded
from tests.push.conftest import Post, queue
from workspace.models import Message, Room, User
from workspace.services.reading import room_mark_read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("metrics")]

ENDED, ATTEMPTS = "callboard_notifications_ended_total", "callboard_attempts_total"


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """Return a context manager that runs what follows a commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_push_from_decision_to_response(gateway: FakeGateway, receiver: User, post: Post, committed: Any) -> None:
    with committed():
        message: Message = post("@bob look")
        pending_decide()
        due_dispatch()
    decided = "callboard_notifications_decided_total"
    assert message.pk
    assert recorded(decided, channel="push", verdict="notify", reason="mentioned") == 1
    assert recorded(decided, channel="push", verdict="suppress", reason="own_message") == 1
    assert recorded(decided, channel="email", verdict="suppress", reason="no_email") == 1
    assert recorded(ENDED, channel="push", outcome="sent", reason="none") == 1
    assert recorded(ATTEMPTS, provider="gateway", outcome="accepted") == 1
    assert recorded("callboard_provider_response_seconds_count", provider="gateway") == 1
    assert recorded("callboard_claims_total") == recorded("callboard_claimed_notifications_total") == 1


def test_an_attempt_that_is_repeated_has_not_ended(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, committed: Any
) -> None:
    gateway.script(device.token, Reply(500))
    with committed():
        queue(receiver, post())
        due_dispatch()
    assert recorded(ATTEMPTS, provider="gateway", outcome="retry") == 1
    assert recorded(ENDED) == 0


def test_a_receipt_ends_a_push_that_would_be_repeated(
    gateway: FakeGateway, receiver: User, device: Device, post: Post, committed: Any
) -> None:
    gateway.script(device.token, Reply(500))
    item = queue(receiver, post())
    due_dispatch()
    with committed():
        assert receipts_record(notification=item.pk, devices=[device.pk])
    assert recorded(ENDED, channel="push", outcome="sent", reason="none") == 1


def test_reading_a_room_drops_by_channel(receiver: User, room: Room, post: Post, committed: Any) -> None:
    EmailAddressFactory(user=receiver)
    message = post()
    queue(receiver, message, due_in=60)
    queue(receiver, message, channel=Channel.EMAIL, due_in=60)
    queue(receiver, post(), due_in=60)
    with committed():
        room_mark_read(user=receiver, room=room)
    counts = {
        channel: recorded(ENDED, channel=channel, outcome="dropped", reason="cleared_by_read") for channel in Channel
    }
    assert counts == {Channel.PUSH: 2, Channel.EMAIL: 1, Channel.DESKTOP: 0}


def test_claims_of_dead_workers(receiver: User, post: Post, committed: Any) -> None:
    queue(receiver, post())
    now = timezone.now()
    with committed():
        users_claim(limit=10, now=now)
        Lease.objects.update(until=now - timedelta(minutes=5))
        users_claim(limit=10, now=now)
    assert recorded("callboard_claims_lost_total") == 1
    assert recorded("callboard_claims_total") == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_counted() -> None:
    with transaction.atomic():
        outcome_count([Channel.PUSH], state=State.SENT, reason="")
        transaction.set_rollback(True)
    assert recorded(ENDED) == 0
