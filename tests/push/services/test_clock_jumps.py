"""Setting the system's clock while workers hold claims."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from push.models import State
from push.sending import claiming
from push.sending.claiming import claim_extend, users_claim
from push.sending.queue import items_finish
from push.services import clock_jumps
from push.services.clock_jumps import JumpWatch
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db


class Clocks:
    """The system's clock and the one that cannot be set, both moved by hand."""

    def __init__(self) -> None:
        self.wall, self.steady = 1_800_000_000.0, 1000.0

    def time(self) -> float:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()
    monkeypatch.setattr(clock_jumps, "JUMP_SECONDS", 1.0)
    monkeypatch.setattr(clock_jumps, "time", clocks)
    return clocks


def test_the_passing_of_time_is_no_jump(clocks: Clocks) -> None:
    watch = JumpWatch()
    clocks.pass_by(100_000)
    assert watch.claims_settled()


def test_an_ordinary_adjustment_is_no_jump(clocks: Clocks) -> None:
    watch = JumpWatch()
    clocks.wall += 0.4
    assert watch.claims_settled()


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_after_a_jump_claims_are_believed_again_when_one_has_had_time_to_be_extended(
    clocks: Clocks, seconds: int, settings: object
) -> None:
    settings.CLAIM_LEASE = 30  # type: ignore[attr-defined]
    watch = JumpWatch()
    clocks.wall += seconds
    assert not watch.claims_settled()
    clocks.pass_by(29)
    assert not watch.claims_settled()
    clocks.pass_by(1)
    assert watch.claims_settled()


def test_a_jump_is_told_of_for_a_while(clocks: Clocks) -> None:
    watch = JumpWatch()
    clocks.pass_by(100)
    assert not watch.may_have_jumped(within=25)
    clocks.wall -= 3600
    assert watch.may_have_jumped(within=25)
    clocks.pass_by(24)
    assert watch.may_have_jumped(within=25)
    clocks.pass_by(1)
    assert not watch.may_have_jumped(within=25)


def test_before_it_was_watched_the_clock_may_have_jumped(clocks: Clocks) -> None:
    watch = JumpWatch()
    assert watch.may_have_jumped(within=25)


def test_a_living_workers_claim_outlives_a_jump_of_the_clock(
    clocks: Clocks, receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "clock_watch", JumpWatch())
    item = queue(receiver, post())
    claim = users_claim(limit=1, now=timezone.now())
    assert claim
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        clocks.wall += 3600
        assert users_claim(limit=1, now=timezone.now()) is None
        queue(receiver, post())
        assert users_claim(limit=1, now=timezone.now()) is None
        claim.extended_at -= 11
        claim_extend(claim=claim)
        clocks.pass_by(31)
        assert users_claim(limit=1, now=timezone.now()) is None
        assert items_finish(keys=[item.pk], token=claim.token, state=State.SENT) == 1


def test_a_dead_workers_claim_comes_back_after_a_jump(
    clocks: Clocks, receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "clock_watch", JumpWatch())
    item = queue(receiver, post())
    assert users_claim(limit=1, now=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        clocks.wall += 3600
        assert users_claim(limit=1, now=timezone.now()) is None
        clocks.pass_by(31)
        second = users_claim(limit=1, now=timezone.now())
    assert second
    assert second.keys == [item.pk]


def test_a_claim_made_while_the_clock_was_set_back_outlives_its_being_set_right(
    clocks: Clocks, receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.CLAIM_LEASE = 30  # type: ignore[attr-defined]
    mine, anothers = JumpWatch(), JumpWatch()
    right = timezone.now()
    queue(receiver, post(), due_in=-100)
    monkeypatch.setattr(claiming, "clock_watch", mine)
    with time_machine.travel(right - timedelta(seconds=40), tick=False):
        clocks.wall -= 40
        claim = users_claim(limit=1, now=timezone.now())
        assert claim
        claim.extended_at -= 11
        claim_extend(claim=claim)
    # Another worker has not seen the clock meanwhile.
    monkeypatch.setattr(claiming, "clock_watch", anothers)
    clocks.wall += 40
    assert users_claim(limit=1, now=timezone.now()) is None
    queue(receiver, post(), due_in=-100)
    assert users_claim(limit=1, now=timezone.now()) is None


def test_how_far_a_clock_was_set_back_counts_for_the_time_of_one_claim(clocks: Clocks, settings: object) -> None:
    settings.CLAIM_LEASE = 30  # type: ignore[attr-defined]
    watch, now = JumpWatch(), timezone.now()
    lease = timedelta(seconds=30)
    assert watch.claim_end(now) == now + lease
    for moved, behind in ((3600, 0), (-3600, 3600), (-5, 3605), (5, 3600)):
        clocks.wall += moved
        assert watch.claim_end(now) == now + lease + timedelta(seconds=behind)
    clocks.pass_by(30)
    assert watch.claim_end(now) == now + lease
