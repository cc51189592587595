"""Claiming: all of a user's items together, one worker per user, and coming back after a worker's death."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from push.models import Channel, ClaimedItem, Lease, Notification, State
from push.selectors.due import waiting_of_free_users
from push.sending import claiming
from push.sending.claiming import Claim, claim_extend, claim_release, items_begin, users_claim
from push.sending.queue import items_finish
from tests.factories import UserFactory
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db


def claim_now(limit: int = 10) -> Claim | None:
    return users_claim(limit=limit, now=timezone.now())


def claimed(limit: int = 10) -> Claim:
    claim = claim_now(limit)
    assert claim is not None
    return claim


def test_nothing_due_is_no_claim(receiver: User, post: Post) -> None:
    queue(receiver, post(), due_in=1)
    assert claim_now() is None
    assert Notification.objects.get().state == State.QUEUED


def test_a_claim_takes_the_users_other_queued_items_but_not_their_retries(receiver: User, post: Post) -> None:
    later = queue(receiver, post(), due_in=60)
    retry = queue(receiver, post(), due_in=60, state=State.RETRYING)
    due = queue(receiver, post())
    claim = claimed()
    assert claim.items == {receiver.pk: [later.pk, due.pk]}
    assert Lease.objects.get(items=due.pk) == Lease(token=claim.token)
    assert Lease.objects.get().until == claim.until
    retry.refresh_from_db()
    assert retry.state == State.RETRYING


def test_a_due_retry_is_claimed(receiver: User, post: Post) -> None:
    retry = queue(receiver, post(), state=State.RETRYING)
    assert claimed().keys == [retry.pk]


def test_a_retry_does_not_bring_the_users_other_items_forward(receiver: User, post: Post) -> None:
    retry = queue(receiver, post(), state=State.RETRYING)
    later = [queue(receiver, post(), due_in=60), queue(receiver, post(), due_in=60, channel=Channel.EMAIL)]
    claim = claimed()
    assert claim.keys == [retry.pk]
    items_finish(keys=claim.keys, token=claim.token, state=State.RETRYING, due_at=timezone.now())
    assert claimed().keys == [retry.pk]
    for item in later:
        before = item.due_at
        item.refresh_from_db()
        assert (item.state, item.due_at) == (State.QUEUED, before)


def test_a_retry_that_is_claimed_and_released_is_still_one(receiver: User, post: Post) -> None:
    retry = queue(receiver, post(), state=State.RETRYING)
    queue(receiver, post(), due_in=60)
    claim_release(claim=claimed())
    assert claimed().keys == [retry.pk]


def test_retries_come_along_with_an_item_that_is_due_for_the_first_time(receiver: User, post: Post) -> None:
    retry, due = queue(receiver, post(), state=State.RETRYING), queue(receiver, post())
    later = queue(receiver, post(), due_in=60)
    assert claimed().keys == [retry.pk, due.pk, later.pk]


def test_other_users_items_are_left_alone(receiver: User, post: Post) -> None:
    message = post()
    queue(receiver, message)
    other = queue(UserFactory(), message, due_in=60)
    claimed()
    other.refresh_from_db()
    assert other.state == State.QUEUED


def test_a_user_who_is_being_served_is_not_claimed_again(receiver: User, post: Post) -> None:
    queue(receiver, post())
    claimed()
    queue(receiver, post())
    assert claim_now() is None


def test_many_due_items_of_served_users_hide_nobody(
    receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "WINDOW_ROWS", 2)
    queue(receiver, post())
    claimed()
    for _number in range(5):
        queue(receiver, post(), due_in=-10)
    other = queue(UserFactory(), post())
    assert claimed().keys == [other.pk]


def test_no_more_users_than_asked_for_are_claimed_longest_due_first(post: Post) -> None:
    message = post()
    items = [queue(UserFactory(), message, due_in=-number) for number in range(5)]
    assert set(claimed(limit=2).keys) == {items[4].pk, items[3].pk}


def test_what_a_claim_cannot_hold_becomes_due_and_follows(
    receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "ITEMS_LIMIT", 2)
    items = [queue(receiver, post(), due_in=60 if number else 0) for number in range(3)]
    first = claimed()
    assert first.keys == [items[0].pk, items[1].pk]
    items[2].refresh_from_db()
    assert items[2].due_at <= timezone.now()
    items_finish(keys=first.keys, token=first.token, state=State.SENT)
    assert claimed().keys == [items[2].pk]


def test_an_ended_claim_comes_back_by_itself(receiver: User, post: Post, settings: object) -> None:
    settings.CLAIM_LEASE = 30  # type: ignore[attr-defined]
    item = queue(receiver, post())
    first = claimed()
    with time_machine.travel(timezone.now() + timedelta(seconds=29)):
        assert claim_now() is None
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        second = claimed()
    assert second.keys == [item.pk]
    assert second.token != first.token


def test_who_lost_the_claim_cannot_write_over_its_new_owner(receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    first = claimed()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        second = claimed()
        assert items_finish(keys=first.keys, token=first.token, state=State.FAILED, reason="refused") == 0
        item.refresh_from_db()
        assert (item.state, item.claimed_item.lease_id) == (State.QUEUED, second.token)
        assert items_finish(keys=second.keys, token=second.token, state=State.SENT) == 1


def test_a_claim_is_extended_once_a_third_of_it_has_passed(receiver: User, post: Post) -> None:
    queue(receiver, post())
    claim = claimed()
    until = claim.until
    claim_extend(claim=claim)
    assert claim.until == until
    claim.extended_at -= 11
    with time_machine.travel(timezone.now() + timedelta(seconds=11)):
        claim_extend(claim=claim)
    assert claim.until > until
    assert Lease.objects.get().until == claim.until


def test_extending_a_lost_claim_forgets_its_items(receiver: User, post: Post) -> None:
    queue(receiver, post())
    claim = claimed()
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        second = claimed()
        claim.extended_at -= 11
        claim_extend(claim=claim)
    assert claim.items == {}
    assert Lease.objects.get().token == second.token


def test_a_released_claim_is_waiting_again(receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    claim_release(claim=claimed())
    assert not Lease.objects.exists()
    assert claimed().keys == [item.pk]


def test_claiming_extending_and_releasing_leave_the_queues_rows_alone(receiver: User, post: Post) -> None:
    """Each change of a row would leave a dead version of it, and new entries in all of the table's indexes."""
    items = [queue(receiver, post(), due_in=60 * number) for number in range(3)]
    with CaptureQueriesContext(connection) as queries:
        claim = claimed()
        assert len(claim.keys) == len(items)
        claim.extended_at -= 11
        claim_extend(claim=claim)
        items_begin(keys=claim.keys[:1], token=claim.token, now=timezone.now())
        claim_release(claim=claim)
    table = connection.ops.quote_name(Notification._meta.db_table)
    assert not [query for query in queries if f"UPDATE {table}" in query["sql"]]


def test_finding_what_is_due_uses_the_partial_indexes(receiver: User, post: Post) -> None:
    """Never a scan of the table, however many finished rows it keeps."""
    now = timezone.now()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    due = waiting_of_free_users().filter(due_at__lte=now).values_list("user_id", flat=True)[:400].explain()
    assert "notification_due" in due
    assert f"{ClaimedItem._meta.db_table}_user_id" in due


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_share_the_users_and_double_nothing(post: Post) -> None:
    message, other = post("one"), post("two")
    users = UserFactory.create_batch(30)
    for user in users:
        queue(user, message)
        queue(user, other, due_in=60)
    taken: list[Claim] = []
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            while claim := claim_now(limit=4):
                taken.append(claim)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    served = Counter(user for claim in taken for user in claim.items)
    assert set(served.values()) == {1}
    # A worker may find all that is left locked by others; those take it with their next claim, or the clock does.
    while claim := claim_now():
        taken.append(claim)
    keys = [key for claim in taken for key in claim.keys]
    assert sorted(keys) == sorted(Notification.objects.values_list("pk", flat=True))
    assert all(len(of_user) == 2 for claim in taken for of_user in claim.items.values())
