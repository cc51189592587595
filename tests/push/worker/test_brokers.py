"""The brokers while their server is away."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import OperationalError
from django_q.brokers import get_broker
from django_q.brokers.orm import ORM

from push.tasks import enqueue
from push.worker import brokers
from push.worker.brokers import DatabaseBroker, RedisBroker

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers, "TROUBLE_SECONDS", 0.0)


@pytest.mark.django_db
def test_the_installations_broker_hands_out_what_was_put_in() -> None:
    assert enqueue("dispatch")
    [(key, _task)] = get_broker().dequeue()
    get_broker().acknowledge(key)
    assert not get_broker().dequeue()


def test_without_redis_nothing_is_taken_and_nothing_is_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", NOBODY)
    broker = RedisBroker()
    assert broker.ping()
    assert broker.dequeue() is None
    assert "cannot be asked" in caplog.text


@pytest.mark.django_db
def test_without_the_database_nothing_is_taken_and_nothing_is_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_broker: object) -> None:
        raise OperationalError("database is locked")

    closed: list[bool] = []
    monkeypatch.setattr(ORM, "dequeue", fail)
    monkeypatch.setattr(brokers.connection, "close", lambda: closed.append(True))
    assert DatabaseBroker().dequeue() is None
    assert closed == [True]
    assert "database is locked" in caplog.text


def test_a_broker_that_is_away_costs_time_not_the_work(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_arguments: object) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr("push.tasks.async_task", away)
    assert not enqueue("dispatch")
    assert "the worker's clock will find the work" in caplog.text
