"""The database away at the worst moments of a send."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from push.models import Answer, Attempt, Notification, State
from push.sending import claiming, database_retries, recording
from push.sending.claiming import claim_extend, users_claim
from push.sending.database_retries import write_with_retries
from push.sending.dispatching import due_dispatch
from tests.fakes.gateway import FakeGateway
from tests.logs import logged
from tests.push.conftest import Post, queue
from workspace.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_retries, "PAUSE_SECONDS", 0.0)


class Away:
    """A write that fails so often before it succeeds."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def __call__(self, *arguments: object, **_named: object) -> str:
        self.failures -= 1
        if self.failures >= 0:
            raise OperationalError("the database system is shutting down")
        return "written"


def test_it_is_tried_until_the_database_is_back(caplog: pytest.LogCaptureFixture) -> None:
    assert write_with_retries(Away(3)) == "written"
    assert len(logged(caplog, "database.write_repeated")) == 3


def test_patience_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_retries, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(OperationalError):
        write_with_retries(Away(1))


def test_other_errors_are_raised_at_once() -> None:
    def wrong() -> None:
        raise ValueError("no date")

    with pytest.raises(ValueError, match="no date"):
        write_with_retries(wrong)


def test_answers_outlive_a_database_that_is_away(
    gateway: FakeGateway, receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(receiver, post())
    real, away = recording.deliveries_record, Away(2)

    def record(*arguments: object) -> None:
        away()
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "deliveries_record", record)
    assert due_dispatch()
    assert Notification.objects.get().state == State.SENT
    assert Attempt.objects.get().answer == Answer.ACCEPTED
    assert len(gateway.received) == 1


def test_a_claim_that_cannot_be_extended_stops_no_send(
    receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(receiver, post())
    claim = users_claim(limit=1, now=timezone.now())
    assert claim
    until = claim.until
    claim.extended_at -= 11
    real = claiming.claim_prolong
    monkeypatch.setattr(claiming, "claim_prolong", Away(1))
    claim_extend(claim=claim)
    assert claim.until == until
    monkeypatch.setattr(claiming, "claim_prolong", real)
    claim_extend(claim=claim)
    assert claim.until > until
    assert not connection.in_atomic_block
