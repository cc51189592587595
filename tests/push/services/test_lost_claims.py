"""Claims whose worker is gone, and the item that keeps ending its worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from push.models import Answer, Attempt, EndReason, Notification, State
from push.services.claims import Claim, claim_prolong, users_claim
from push.services.lost_claims import ALONE_AFTER, GIVEN_UP_AFTER
from push.services.queue import item_retry, items_finish
from tests.factories import UserFactory
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Time that is moved by hand, by which claims end as usual."""
    monkeypatch.setattr("push.services.claims.clock_watch.claims_settled", lambda: True)
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def claim_now() -> Claim | None:
    return users_claim(limit=10, now=timezone.now())


def lose(clock: time_machine.Traveller) -> list[int]:
    """Claim what is due, as a worker that dies then; returns what it had claimed."""
    claim = claim_now()
    clock.shift(settings.CLAIM_LEASE + 1)
    return claim.keys if claim else []


def test_what_was_lost_twice_is_sent_alone_item_by_item(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    first, second = queue(receiver, post()), queue(receiver, post())
    innocent = queue(UserFactory(), post(), due_in=-1)
    for _time in range(ALONE_AFTER):
        assert set(lose(clock)) == {first.pk, second.pk, innocent.pk}
    # The longest due one first; each is alone, and what did not end its worker is done.
    for expected in (innocent, first, second):
        claim = claim_now()
        assert claim
        assert claim.keys == [expected.pk]
        items_finish(keys=claim.keys, token=claim.token, state=State.SENT)
    assert claim_now() is None


def test_others_do_not_wait_for_what_was_lost_repeatedly(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    lost = queue(receiver, post())
    for _time in range(ALONE_AFTER):
        lose(clock)
    earlier, later = queue(UserFactory(), post(), due_in=-3600), queue(UserFactory(), post())
    claim = claim_now()
    assert claim
    assert set(claim.keys) == {earlier.pk, later.pk}
    alone = claim_now()
    assert alone
    assert alone.keys == [lost.pk]


def test_its_users_later_items_come_due_with_it_and_follow(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    lost = queue(receiver, post())
    for _time in range(ALONE_AFTER):
        lose(clock)
    later = queue(receiver, post(), due_in=600)
    claim = claim_now()
    assert claim
    assert claim.keys == [lost.pk]
    items_finish(keys=claim.keys, token=claim.token, state=State.SENT)
    following = claim_now()
    assert following
    assert following.keys == [later.pk]


def test_what_ends_every_worker_is_given_up_with_its_reason(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    poison, innocent = queue(receiver, post()), queue(receiver, post())
    for _time in range(GIVEN_UP_AFTER):
        assert poison.pk in lose(clock)
    claim = claim_now()
    assert claim
    assert claim.keys == [innocent.pk]
    poison.refresh_from_db()
    assert (poison.state, poison.reason) == (State.FAILED, EndReason.WORKER_LOST)
    assert poison.finished_at
    assert not poison.claimed_by


def test_what_reached_a_device_before_counts_as_sent(clock: time_machine.Traveller, receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    Attempt.objects.create(notification=item, answer=Answer.ACCEPTED)
    for _time in range(GIVEN_UP_AFTER):
        lose(clock)
    claim_now()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.SENT, "")


def test_an_answer_shows_that_it_ends_no_worker(clock: time_machine.Traveller, receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    for _time in range(GIVEN_UP_AFTER - 1):
        lose(clock)
    claim = claim_now()
    assert claim
    items_finish(keys=claim.keys, token=claim.token, state=State.RETRYING, due_at=timezone.now())
    assert Notification.objects.get(pk=item.pk).lost_claims == 0


def test_retried_by_an_administrator_it_begins_anew(clock: time_machine.Traveller, receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    for _time in range(GIVEN_UP_AFTER):
        lose(clock)
    assert claim_now() is None
    item.refresh_from_db()
    item_retry(notification=item)
    assert lose(clock) == [item.pk]
    assert lose(clock) == [item.pk]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=400)])
def test_a_dead_workers_claim_does_not_outlast_a_clock_set_back(
    clock: time_machine.Traveller, receiver: User, post: Post, back: timedelta
) -> None:
    before = timezone.now()
    queue(receiver, post(), due_in=-back.total_seconds() * 2)
    assert claim_now()
    clock.move_to(before - back)
    assert claim_now() is None
    clock.shift(settings.CLAIM_LEASE + 1)
    assert claim_now()


def test_a_living_workers_claim_outlives_a_clock_that_was_ahead_for_a_moment(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    """Whoever did not look at the clock meanwhile has noticed nothing."""
    before = timezone.now()
    item = queue(receiver, post())
    clock.shift(timedelta(hours=1))
    claim = claim_now()
    assert claim
    clock.move_to(before)
    assert claim_now() is None
    clock.shift(settings.CLAIM_LEASE - 1)
    claim_prolong(claim)
    clock.shift(2)
    assert claim_now() is None
    assert items_finish(keys=claim.keys, token=claim.token, state=State.SENT) == 1
    assert claim.keys == [item.pk]


def test_a_claim_of_a_worker_whose_clock_is_a_little_ahead_is_respected(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    before: datetime = timezone.now()
    queue(receiver, post(), due_in=-600)
    assert claim_now()
    clock.move_to(before - timedelta(seconds=settings.CLAIM_LEASE - 1))
    assert claim_now() is None
