"""Receiving announcements of another connection."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from django.db import connection, transaction

from tests.waiting import wait_until
from workspace.wakeups import Announcement, Listener, announce, listener

pytestmark = pytest.mark.django_db(transaction=True)

on_postgresql = pytest.mark.skipif(
    "postgres" not in os.environ.get("DATABASE_URL", ""), reason="Only PostgreSQL supports announcements."
)


@pytest.fixture
def connected_listener() -> Iterator[Listener]:
    """A listener that is connected."""
    connected_listener = Listener("one", "other")
    connected_listener.wait(0)
    yield connected_listener
    connected_listener.close()


def listeners_end() -> None:
    """Close the connections of all listeners on the server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%listener'"
            " AND datname = current_database()"
        )


@on_postgresql
def test_a_new_listener_may_have_missed_announcements() -> None:
    connected_listener = Listener("one", "other")
    assert connected_listener.wait(60) == [Announcement("one"), Announcement("other")]
    assert connected_listener.is_connected
    connected_listener.close()


@on_postgresql
def test_an_announcement_is_received_after_its_transaction_commits(connected_listener: Listener) -> None:
    with transaction.atomic():
        announce("one", "of something")
        announce("one", "of something")
        assert connected_listener.wait(0) == []
    assert connected_listener.wait(60) == [Announcement("one", "of something")]
    assert connected_listener.wait(0) == []


@on_postgresql
def test_rolled_back_announcements_are_not_received(connected_listener: Listener) -> None:
    with transaction.atomic():
        announce("one")
        transaction.set_rollback(True)
    announce("other")
    assert connected_listener.wait(60) == [Announcement("other")]


@on_postgresql
def test_other_channels_are_not_received(connected_listener: Listener) -> None:
    announce("a third")
    announce("other")
    assert connected_listener.wait(60) == [Announcement("other")]


@on_postgresql
def test_it_wakes_while_it_waits(connected_listener: Listener) -> None:
    received: Future[list[Announcement]] = Future()
    thread = threading.Thread(target=lambda: received.set_result(connected_listener.wait(60)))
    thread.start()
    announce("one")
    assert received.result(30) == [Announcement("one")]
    thread.join()


@on_postgresql
def test_a_lost_connection_is_reestablished_and_missed_announcements_are_reported(
    connected_listener: Listener, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listener, "RECONNECT_SECONDS", 0)
    listeners_end()
    wait_until(lambda: Announcement("one") in connected_listener.wait(0.1))
    # Log lines about an unavailable database are shortened, at most once a minute.
    assert any(words in caplog.text for words in ("announcements.listener_lost", "database.unavailable"))
    announce("one", "again")
    assert connected_listener.wait(60) == [Announcement("one", "again")]


@on_postgresql
def test_without_a_database_waiting_times_out_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    connected_listener = Listener("one")
    assert connected_listener.wait(0) == []
    assert not connected_listener.is_connected


def test_a_file_descriptor_can_wake_it(connected_listener: Listener) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"!")
    assert connected_listener.wait(60, until_readable=[reading]) == []
    os.close(reading)
    os.close(writing)


@pytest.mark.skipif(
    "postgres" in os.environ.get("DATABASE_URL", ""),
    reason="For databases without announcements; `make test` runs it on SQLite.",
)
def test_waiting_on_sqlite_times_out_without_announcements() -> None:
    connected_listener = Listener("one")
    announce("one")
    assert connected_listener.wait(0.01) == []
    assert not connected_listener.is_connected
