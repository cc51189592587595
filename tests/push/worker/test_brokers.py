"""The brokers while their server is unavailable."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django_q.brokers import get_broker
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from push.waking import enqueue
from push.worker import brokers
from push.worker.brokers import DatabaseBroker
from push.worker.redis_broker import RedisBroker
from workspace.wakeups import wakeups_supported

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers, "TROUBLE_SECONDS", 0.0)


@pytest.mark.django_db
def test_the_installations_broker_returns_enqueued_tasks() -> None:
    assert enqueue("dispatch")
    assert len(get_broker().dequeue()) == 1
    assert get_broker().queue_size() == 0


@pytest.mark.django_db
def test_a_task_is_returned_once_even_to_a_broker_that_saw_it_waiting() -> None:
    broker, other = (DatabaseBroker(list_key="twice") for _worker in range(2))
    broker.enqueue(SignedPackage.dumps({"func": "push.tasks.dispatch"}))
    [key] = OrmQ.objects.filter(key="twice").values_list("pk", flat=True)
    assert other._remove(key)
    assert not broker._remove(key)
    assert broker.queue_size() == 0


def test_without_redis_there_are_no_tasks_and_no_errors(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", NOBODY)
    broker = RedisBroker()
    assert broker.ping()
    assert broker.dequeue() is None
    assert "broker.unavailable" in caplog.text


@pytest.mark.django_db
def test_without_the_database_there_are_no_tasks_and_no_errors(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OperationalError("database is locked")

    closed: list[bool] = []
    broker = DatabaseBroker()
    monkeypatch.setattr(broker, "get_connection", fail)
    monkeypatch.setattr(brokers.connection, "close", lambda: closed.append(True))
    assert broker.dequeue() is None
    assert closed == [True]
    assert "database is locked" in caplog.text


def test_an_unavailable_broker_delays_the_work_but_does_not_lose_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_arguments: object) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr("push.waking.async_task", away)
    assert not enqueue("dispatch")
    assert "task.not_queued" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_new_task_wakes_a_waiting_process(monkeypatch: pytest.MonkeyPatch) -> None:
    if not wakeups_supported():
        pytest.skip("Only PostgreSQL carries announcements.")
    monkeypatch.setattr(brokers, "LISTENING_SECONDS", 60.0)
    broker = DatabaseBroker(list_key="announced")
    assert broker.dequeue() is None
    taken: Future[object] = Future()

    def take() -> None:
        # The first call finds nothing and is woken; the second returns the task.
        taken.set_result(broker.dequeue() or broker.dequeue())
        connection.close()

    thread = threading.Thread(target=take)
    thread.start()
    package = SignedPackage.dumps({"func": "push.tasks.dispatch"})
    DatabaseBroker(list_key="announced").enqueue(package)
    [(_key, payload)] = taken.result(30)  # type: ignore[misc, attr-defined]
    assert payload == package
    thread.join()
    assert broker._listener
    broker._listener.close()
