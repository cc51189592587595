"""The gateway's ledger: once for each identity, never beyond the limit, nothing lost in a crash."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from cloud.models import Outcome, QuotaMonth, RegisteredWorkspace, UsageCount
from push.gateway.ledger import (
    ABANDONED_AFTER,
    TAKEN_FOR,
    LedgerEntry,
    Result,
    SkipReason,
    Ticket,
    abandoned_recover,
    settle,
    take,
)
from push.models import GatewayPush
from tests.factories import registered

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MAY = date(2026, 5, 1)


@pytest.fixture
def workspace(db: None) -> RegisteredWorkspace:
    return registered()[0]


def entry(
    workspace: RegisteredWorkspace, identity: str = "i1", limit: int | None = 100, *, is_counted: bool = True
) -> LedgerEntry:
    return LedgerEntry(
        workspace_id=workspace.pk,
        identity=identity,
        token_digest="d1",
        app="org.example.app",
        platform="apn",
        limit=limit,
        is_counted=is_counted,
    )


def tickets_of(taken: Sequence[Ticket | SkipReason]) -> list[Ticket]:
    return [ticket for ticket in taken if isinstance(ticket, Ticket)]


def send(*entries: LedgerEntry, outcome: Outcome = Outcome.ACCEPTED) -> list[Ticket | SkipReason]:
    """Take the pushes and settle what was taken."""
    taken = take(entries)
    settle([Result(ticket, outcome) for ticket in tickets_of(taken)])
    return taken


def used() -> tuple[int, int]:
    """Return the used and the reserved quota of all months."""
    rows = QuotaMonth.objects.all()
    return sum(row.used for row in rows), sum(row.reserved for row in rows)


def outcomes() -> dict[str, int]:
    return dict(UsageCount.objects.values_list("outcome", "count"))


def test_an_accepted_push_is_counted_once_however_often_it_is_repeated(workspace: RegisteredWorkspace) -> None:
    send(entry(workspace))
    assert send(entry(workspace)) == [SkipReason.ACCEPTED_BEFORE]
    assert used() == (1, 0)
    assert outcomes() == {"accepted": 1}


@pytest.mark.parametrize("outcome", [Outcome.DEAD, Outcome.REFUSED, Outcome.FAILED])
def test_pushes_that_were_not_accepted_use_no_quota(workspace: RegisteredWorkspace, outcome: Outcome) -> None:
    send(entry(workspace), outcome=outcome)
    assert used() == (0, 0)
    assert outcomes() == {outcome.value: 1}
    assert tickets_of(take([entry(workspace)]))


def test_a_silent_update_is_sent_beyond_the_limit_and_not_counted(workspace: RegisteredWorkspace) -> None:
    silent = entry(workspace, limit=0, is_counted=False)
    (ticket,) = tickets_of(take([silent]))
    settle([Result(ticket, Outcome.SILENT)])
    assert used() == (0, 0)
    assert outcomes() == {"silent": 1}


def test_beyond_the_remaining_quota_the_first_pushes_are_taken(workspace: RegisteredWorkspace) -> None:
    taken = send(*(entry(workspace, f"i{number}", limit=3) for number in range(5)))
    assert taken[3:] == [SkipReason.EXHAUSTED, SkipReason.EXHAUSTED]
    assert used() == (3, 0)
    assert outcomes() == {"accepted": 3, "exhausted": 2}


def test_an_unused_reservation_is_available_again(workspace: RegisteredWorkspace) -> None:
    send(entry(workspace, "i1", limit=1), outcome=Outcome.DEAD)
    assert tickets_of(send(entry(workspace, "i2", limit=1)))
    assert send(entry(workspace, "i3", limit=1)) == [SkipReason.EXHAUSTED]


def test_other_pushes_do_not_use_the_quota_reserved_for_direct_messages(workspace: RegisteredWorkspace) -> None:
    others = [entry(workspace, f"o{number}", limit=8) for number in range(10)]
    direct = [entry(workspace, f"d{number}", limit=10) for number in range(3)]
    assert Counter(send(*others))[SkipReason.EXHAUSTED] == 2
    assert len(tickets_of(send(*direct))) == 2
    assert used() == (10, 0)


def test_a_push_counts_in_the_month_in_which_it_was_taken(workspace: RegisteredWorkspace) -> None:
    with time_machine.travel(datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC), tick=False):
        (ticket,) = tickets_of(take([entry(workspace, "i1", limit=1)]))
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC), tick=False):
        assert tickets_of(send(entry(workspace, "i2", limit=1)))
        settle([Result(ticket, Outcome.ACCEPTED)])
    assert list(QuotaMonth.objects.order_by("month").values_list("month", "used")) == [(MAY, 1), (date(2026, 6, 1), 1)]


def test_the_same_push_twice_at_once_is_taken_once(workspace: RegisteredWorkspace) -> None:
    first, second = take([entry(workspace), entry(workspace)])
    assert isinstance(first, Ticket)
    assert second == SkipReason.IN_PROGRESS
    assert take([entry(workspace)]) == [SkipReason.IN_PROGRESS]


def test_an_interrupted_push_is_taken_over_with_its_reservation(workspace: RegisteredWorkspace) -> None:
    with time_machine.travel(NOON, tick=False):
        take([entry(workspace, limit=1)])
    with time_machine.travel(NOON + TAKEN_FOR - timedelta(seconds=1), tick=False):
        assert take([entry(workspace, limit=1)]) == [SkipReason.IN_PROGRESS]
    with time_machine.travel(NOON + TAKEN_FOR, tick=False):
        assert tickets_of(send(entry(workspace, limit=1)))
    assert used() == (1, 0)


def test_an_interrupted_batch_is_taken_over_at_once(
    workspace: RegisteredWorkspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batch = [entry(workspace, f"i{number}") for number in range(20)]
    with time_machine.travel(NOON, tick=False):
        first = take(batch)
        settle([Result(ticket, Outcome.ACCEPTED) for ticket in tickets_of(first)[:5]])
    with time_machine.travel(NOON + TAKEN_FOR, tick=False):
        # A savepoint, the insertion, what is there already, and the taking over.
        with django_assert_num_queries(5):
            taken = take(batch)
        assert taken[:5] == [SkipReason.ACCEPTED_BEFORE] * 5
        assert len(tickets_of(taken)) == 15
        settle([Result(ticket, Outcome.ACCEPTED) for ticket in tickets_of(taken)])
    assert used() == (20, 0)


def test_a_late_result_does_not_change_a_push_that_was_taken_over(workspace: RegisteredWorkspace) -> None:
    with time_machine.travel(NOON, tick=False):
        (late,) = tickets_of(take([entry(workspace)]))
    with time_machine.travel(NOON + TAKEN_FOR, tick=False):
        send(entry(workspace))
        settle([Result(late, Outcome.ACCEPTED)])
    assert used() == (1, 0)


def test_pushes_left_by_a_crash_are_counted_once(workspace: RegisteredWorkspace) -> None:
    with time_machine.travel(NOON, tick=False):
        (late,) = tickets_of(take([entry(workspace)]))
        take([entry(workspace, "i2", is_counted=False)])
        assert abandoned_recover() == 0
    with time_machine.travel(NOON + ABANDONED_AFTER + timedelta(seconds=1), tick=False):
        assert abandoned_recover() == 2
        assert abandoned_recover() == 0
        assert used() == (1, 0)
        assert outcomes() == {"unknown": 1}
        # Its own request, and a retry, come after all.
        settle([Result(late, Outcome.ACCEPTED)])
        assert tickets_of(send(entry(workspace), outcome=Outcome.FAILED))
        assert tickets_of(send(entry(workspace)))
        assert send(entry(workspace)) == [SkipReason.ACCEPTED_BEFORE]
    assert used() == (1, 0)
    assert outcomes() == {"unknown": 1}


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_fifty_concurrent_senders_do_not_exceed_the_limit() -> None:
    workspace, _token = registered()
    limit, senders = 20, 50
    taken: list[Ticket | SkipReason] = []
    begin = threading.Barrier(senders)

    def sender(number: int) -> None:
        begin.wait()
        try:
            # Every push is repeated by another sender, as by a workspace whose first request timed out.
            taken.extend(send(entry(workspace, f"i{number // 2}", limit=limit)))
        finally:
            connection.close()

    threads = [threading.Thread(target=sender, args=(number,)) for number in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == senders
    assert len(tickets_of(taken)) == limit
    assert used() == (limit, 0)
    assert GatewayPush.objects.exclude(accepted_at=None).count() == limit
