"""The lifetime of a notification that cannot be sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from push.models import Answer, Attempt, Channel, Device, EndReason, Notification, State
from push.sending.claiming import users_claim
from push.sending.dispatching import due_dispatch
from tests.factories import DeviceFactory, EmailAddressFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db

HOUR = 3600


def ending(item: Notification) -> tuple[str, str]:
    item.refresh_from_db()
    return item.state, item.reason


def test_what_was_due_longer_ago_than_its_lifetime_is_not_sent(
    gateway: FakeGateway, receiver: User, post: Post
) -> None:
    stale, late = queue(receiver, post(), due_in=-25 * HOUR), queue(receiver, post("late"), due_in=-23 * HOUR)
    due_dispatch()
    assert ending(stale) == (State.FAILED, EndReason.EXPIRED)
    assert ending(late) == (State.SENT, "")
    assert gateway.texts == ["ana: late"]


def test_an_email_expires_as_well(receiver: User, post: Post, mailoutbox: list[object]) -> None:
    EmailAddressFactory(user=receiver)
    item = queue(receiver, post(), channel=Channel.EMAIL, due_in=-25 * HOUR)
    due_dispatch()
    assert ending(item) == (State.FAILED, EndReason.EXPIRED)
    assert mailoutbox == []


def test_the_lifetime_is_a_setting(gateway: FakeGateway, receiver: User, post: Post, settings: object) -> None:
    settings.NOTIFICATION_LIFETIME = 60  # type: ignore[attr-defined]
    item = queue(receiver, post(), due_in=-61)
    due_dispatch()
    assert ending(item) == (State.FAILED, EndReason.EXPIRED)


def test_it_is_counted_from_the_due_time_not_from_the_message(gateway: FakeGateway, receiver: User, post: Post) -> None:
    """Quiet hours may hold a push back for a whole weekend."""
    item = queue(receiver, post(), created_at=timezone.now() - timedelta(hours=60))
    due_dispatch()
    assert ending(item) == (State.SENT, "")


def test_workers_that_die_with_an_item_do_not_move_its_end(gateway: FakeGateway, receiver: User, post: Post) -> None:
    """Each of these workers dies with the claim in its hands."""
    item = queue(receiver, post())
    start = timezone.now()
    for hours in (0, 8, 16):
        with time_machine.travel(start + timedelta(hours=hours)):
            assert users_claim(limit=1, now=timezone.now())
    with time_machine.travel(start + timedelta(hours=24, minutes=1)):
        due_dispatch()
    assert ending(item) == (State.FAILED, EndReason.EXPIRED)
    assert gateway.received == []


def test_what_one_device_accepted_counts_as_sent_at_its_end(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    gateway.script(DeviceFactory(user=receiver).token, Reply(status=503))
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.RETRYING, "")
    with time_machine.travel(timezone.now() + timedelta(hours=26)):
        due_dispatch()
    assert ending(item) == (State.SENT, "")
    assert Attempt.objects.filter(answer=Answer.ACCEPTED).count() == 1
