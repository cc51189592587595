"""Hurrying, cancelling and retrying items of the queue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from push.models import Answer, Attempt, Channel, EndReason, State
from push.sending.dispatching import due_dispatch
from push.sending.queue import item_cancel, item_retry, item_send_now
from tests.factories import EmailAddressFactory
from tests.fakes.gateway import FakeGateway
from tests.push.conftest import Post, claimed_by, queue
from workspace.errors import ApplicationError
from workspace.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_item_sent_now_does_not_wait_for_its_time(gateway: FakeGateway, receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=100)
    due_dispatch()
    item_send_now(notification=item)
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT


def test_an_item_waiting_to_be_retried_can_be_sent_now(gateway: FakeGateway, receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=100, state=State.RETRYING)
    Attempt.objects.create(
        notification=item,
        device=receiver.devices.get(),
        answer=Answer.RETRY,
        retry_at=timezone.now() + timedelta(seconds=100),
    )
    item_send_now(notification=item)
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT


def test_a_cancelled_item_is_kept_with_its_reason(receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    item_cancel(notification=item)
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.DROPPED, EndReason.CANCELLED)
    assert item.finished_at is not None


@pytest.mark.parametrize("answer", [Answer.RETRY, Answer.REFUSED, Answer.UNAUTHORIZED])
def test_a_failed_item_can_be_tried_once_more(gateway: FakeGateway, receiver: User, post: Post, answer: Answer) -> None:
    item = queue(receiver, post(), state=State.FAILED, reason="gave_up", finished_at=timezone.now())
    Attempt.objects.create(notification=item, device=receiver.devices.get(), number=6, answer=answer)
    item_retry(notification=item)
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.SENT, "")
    assert list(item.attempts.order_by("number").values_list("number", "answer")) == [(6, answer), (7, "accepted")]


def test_a_retried_item_meets_the_same_obstacles(gateway: FakeGateway, receiver: User, post: Post) -> None:
    item = queue(receiver, post(), channel=Channel.EMAIL, state=State.DROPPED, finished_at=timezone.now())
    item_retry(notification=item)
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.DROPPED, EndReason.NO_EMAIL)
    EmailAddressFactory(user=receiver)
    item_retry(notification=item)
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.SENT


def test_what_is_being_sent_or_has_ended_is_left_alone(receiver: User, post: Post) -> None:
    claimed = queue(receiver, post())
    claimed_by(claimed)
    sent = queue(receiver, post(), state=State.SENT, finished_at=timezone.now())
    for item in (claimed, sent):
        for action in (item_send_now, item_cancel, item_retry):
            with pytest.raises(ApplicationError):
                action(notification=item)
        state = item.state
        item.refresh_from_db()
        assert item.state == state
