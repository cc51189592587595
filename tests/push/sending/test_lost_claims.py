"""Claims whose worker is gone, and the item that keeps ending its worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from push.models import Answer, Attempt, ClaimedItem, Device, EndReason, LostItem, Notification, State
from push.sending.claiming import Claim, claim_prolong, claim_release, items_begin, users_claim
from push.sending.dispatching import DispatchRun, due_dispatch
from push.sending.late_answers import LateAnswers
from push.sending.lost_claims import GIVEN_UP_AFTER, SUSPECT_AFTER, Suspects
from push.sending.queue import item_cancel, item_retry, items_finish
from tests.factories import DeviceFactory, UserFactory
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import Post, queue
from workspace.models import User
from workspace.services.rooms import members_add

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[time_machine.Traveller]:
    """Time that is moved by hand, by which claims end as usual."""
    monkeypatch.setattr("push.sending.claiming.clock_watch.claims_settled", lambda: True)
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def claim_now() -> Claim | None:
    return users_claim(limit=10, now=timezone.now())


def begin(claim: Claim) -> list[int]:
    """Begin the claim's first round: the next item of each user. Returns these items."""
    keys = [of_user[0] for of_user in claim.items.values()]
    items_begin(keys=keys, token=claim.token, now=timezone.now())
    return keys


def lose(clock: time_machine.Traveller) -> list[int]:
    """Claim what is due and begin to send it, as a worker that dies then; returns what it had begun."""
    claim = claim_now()
    begun = begin(claim) if claim else []
    clock.shift(settings.CLAIM_LEASE + 1)
    return begun


def claim_and_die(clock: time_machine.Traveller) -> list[int]:
    """Claim what is due, as a worker that dies before it begins; returns what it had claimed."""
    claim = claim_now()
    clock.shift(settings.CLAIM_LEASE + 1)
    return claim.keys if claim else []


def test_what_was_only_claimed_when_its_workers_died_is_claimed_like_everything_else(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    items = [queue(receiver, post()), queue(receiver, post()), queue(UserFactory(), post())]
    for _time in range(GIVEN_UP_AFTER * 2):
        assert len(claim_and_die(clock)) == len(items)
    claim = claim_now()
    assert claim
    assert set(claim.keys) == {item.pk for item in items}


def test_what_was_begun_when_two_workers_died_is_sent_alone(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    first, second = queue(receiver, post()), queue(receiver, post())
    other = queue(UserFactory(), post(), due_in=-1)
    for _time in range(SUSPECT_AFTER):
        assert set(lose(clock)) == {first.pk, other.pk}
    # The longest due one first; and the item that was never begun is not suspect.
    for expected in (other, first, second):
        claim = claim_now()
        assert claim
        assert claim.keys == [expected.pk]
        items_finish(keys=claim.keys, token=claim.token, state=State.SENT)
    assert claim_now() is None


def test_after_a_mass_crash_the_items_do_not_take_a_claim_each(clock: time_machine.Traveller, post: Post) -> None:
    message = post()
    count = 60
    for user in UserFactory.create_batch(count):
        queue(user, message)
    for _time in range(SUSPECT_AFTER):
        claim = users_claim(limit=count, now=timezone.now())
        assert claim
        assert len(begin(claim)) == count
        clock.shift(settings.CLAIM_LEASE + 1)
    claims = 0
    while claim := users_claim(limit=count, now=timezone.now()):
        begin(claim)
        items_finish(keys=claim.keys, token=claim.token, state=State.SENT)
        claims += 1
    assert Notification.objects.filter(state=State.SENT).count() == count
    assert claims <= count / 3


def test_others_do_not_wait_for_what_was_lost_repeatedly(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    lost = queue(receiver, post())
    for _time in range(SUSPECT_AFTER):
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
    for _time in range(SUSPECT_AFTER):
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
    Attempt.objects.create(notification=poison, claimed_by="another worker")
    for _time in range(GIVEN_UP_AFTER):
        assert lose(clock) == [poison.pk]
    claim = claim_now()
    assert claim
    assert claim.keys == [innocent.pk]
    poison.refresh_from_db()
    assert (poison.state, poison.reason) == (State.FAILED, EndReason.WORKER_LOST)
    assert poison.finished_at
    assert not ClaimedItem.objects.filter(pk=poison.pk).exists()
    assert not LostItem.objects.exists()


def test_no_item_is_given_up_that_was_not_lost_alone(clock: time_machine.Traveller, post: Post) -> None:
    """One poisonous item takes no other with it, however many are sent together with it at first."""
    message = post()
    items = [queue(user, message) for user in UserFactory.create_batch(20)]
    poison = items[7].pk
    for _claim in range(100):
        claim = users_claim(limit=100, now=timezone.now())
        if claim is None:
            break
        begin(claim)
        if poison in claim.keys:
            clock.shift(settings.CLAIM_LEASE + 1)
        else:
            items_finish(keys=claim.keys, token=claim.token, state=State.SENT)
    assert Notification.objects.filter(state=State.SENT).count() == len(items) - 1
    assert Notification.objects.get(pk=poison).reason == EndReason.WORKER_LOST


def test_what_reached_a_device_before_counts_as_sent(clock: time_machine.Traveller, receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    Attempt.objects.create(notification=item, answer=Answer.ACCEPTED)
    for _time in range(GIVEN_UP_AFTER):
        lose(clock)
    claim_now()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.SENT, "")
    assert not LostItem.objects.exists()


def test_an_answer_shows_that_it_ends_no_worker(clock: time_machine.Traveller, receiver: User, post: Post) -> None:
    queue(receiver, post())
    for _time in range(GIVEN_UP_AFTER - 1):
        lose(clock)
    claim = claim_now()
    assert claim
    items_finish(keys=claim.keys, token=claim.token, state=State.RETRYING, due_at=timezone.now())
    assert not LostItem.objects.exists()


@pytest.mark.parametrize("end", [State.SENT, State.FAILED, State.DROPPED])
def test_losses_are_forgotten_when_the_item_ends(
    clock: time_machine.Traveller, receiver: User, post: Post, end: State
) -> None:
    item = queue(receiver, post())
    lose(clock)
    claim = claim_now()
    assert claim
    assert LostItem.objects.get().pk == item.pk
    items_finish(keys=claim.keys, token=claim.token, state=end)
    assert not LostItem.objects.exists()


def test_losses_are_forgotten_when_the_item_is_dropped_while_it_waits(
    clock: time_machine.Traveller, receiver: User, post: Post
) -> None:
    item, other = queue(receiver, post()), queue(UserFactory(), post())
    lose(clock)
    claim = claim_now()
    assert claim
    claim_release(claim=claim)
    assert LostItem.objects.count() == 2
    item_cancel(notification=item)
    assert LostItem.objects.get().pk == other.pk


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


def test_suspects_wait_or_are_skipped_if_asked(clock: time_machine.Traveller, receiver: User, post: Post) -> None:
    queue(receiver, post(), due_in=-60)
    other = queue(UserFactory(), post())
    LostItem.objects.create(notification=Notification.objects.get(user=receiver), times=SUSPECT_AFTER)
    assert users_claim(limit=10, now=timezone.now(), suspects=Suspects.WAIT) is None
    claim = users_claim(limit=10, now=timezone.now(), suspects=Suspects.SKIP)
    assert claim
    assert claim.keys == [other.pk]
    assert not claim.is_isolated
    suspect = claim_now()
    assert suspect
    assert suspect.is_isolated


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_process_sends_nothing_else_while_it_sends_a_suspect(
    gateway: FakeGateway, receiver: User, device: Device, post: Post
) -> None:
    """A process that dies then has lost the suspect alone."""
    answered = threading.Event()
    gateway.script(device.token, Reply(hold=answered))
    suspect = queue(receiver, post(), due_in=-60)
    other = DeviceFactory().user
    members_add(room=suspect.room, users=[other])
    queue(other, post())
    LostItem.objects.create(notification=suspect, times=SUSPECT_AFTER)
    run = DispatchRun(end=float("inf"))
    # A moment after the suspect was sent, however long that takes.
    gateway.watch = lambda _received: setattr(run, "_end", time.monotonic() + 0.5)
    run.work()
    assert [one.token for one in gateway.received] == [device.token]
    answered.set()
    LateAnswers.current().wait()
    assert due_dispatch()
    assert set(Notification.objects.values_list("state", flat=True)) == {State.SENT}
