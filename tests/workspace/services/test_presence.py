"""Presence calculated from a user's clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UserFactory
from workspace.models import ClientPresence, Presence, User
from workspace.selectors.presence import presence_of
from workspace.services.presence import activity_report, client_leave, client_report, clients_disconnect, idle_limit_set

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def ana() -> User:
    return UserFactory(username="ana")


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


def connection_after(user: User, seconds: float) -> str:
    """Return the user's connection that many seconds after noon."""
    return presence_of(user, at=NOON + timedelta(seconds=seconds)).connection


def away_since(user: User, seconds: float) -> float:
    """Return the second after noon since which the user has been away, that many seconds after noon."""
    since = presence_of(user, at=NOON + timedelta(seconds=seconds)).away_since
    assert since is not None
    return (since - NOON).total_seconds()


def limit_set(user: User, seconds: int) -> None:
    Presence.objects.get_or_create(user=user)
    idle_limit_set(presences=Presence.objects.filter(user=user), seconds=seconds)


@pytest.mark.skipif(not connection.features.has_select_for_update, reason="SQLite has one writer at a time.")
def test_the_rows_are_locked_before_their_history_is_saved(ana: User) -> None:
    """A row that changed between the two would be saved in a state that never was."""
    with CaptureQueriesContext(connection) as queries:
        limit_set(ana, 60)
    statements = [query["sql"] for query in queries]
    table = connection.ops.quote_name(Presence._meta.db_table)
    locking = next(place for place, sql in enumerate(statements) if f"FROM {table}" in sql and "FOR UPDATE" in sql)
    changing = next(place for place, sql in enumerate(statements) if sql.startswith(f"UPDATE {table}"))
    assert locking < changing


def test_a_client_is_online_then_away_then_offline(ana: User, clock: time_machine.Coordinates) -> None:
    activity_report(user=ana, client="a")
    assert [connection_after(ana, second) for second in (0, 59, 60, 299, 300)] == [
        "online",
        "online",
        "away",
        "away",
        "offline",
    ]


def test_one_active_client_keeps_the_user_online(ana: User, clock: time_machine.Coordinates) -> None:
    activity_report(user=ana, client="a")
    clock.shift(50)
    activity_report(user=ana, client="b")
    clock.shift(5)
    client_report(user=ana, client="a")
    assert connection_after(ana, 109) == "online"
    assert away_since(ana, 110) == 110


def test_an_idle_client_keeps_the_user_connected_but_not_online(ana: User, clock: time_machine.Coordinates) -> None:
    activity_report(user=ana, client="a")
    for _minute in range(10):
        clock.shift(60)
        client_report(user=ana, client="a")
    assert connection_after(ana, 600) == "away"
    assert away_since(ana, 600) == 60


def test_the_user_is_away_when_only_an_idle_client_remains(ana: User, clock: time_machine.Coordinates) -> None:
    activity_report(user=ana, client="idle")
    clock.shift(200)
    activity_report(user=ana, client="used")
    clock.shift(10)
    clients_disconnect(user=ana, prefix="used")
    assert connection_after(ana, 210) == "away"
    assert away_since(ana, 210) == 210
    clock.shift(30)
    client_report(user=ana, client="idle")
    assert away_since(ana, 240) == 210


def test_a_crashed_client_is_offline_after_the_grace_time(ana: User, clock: time_machine.Coordinates) -> None:
    limit_set(ana, 1000)
    activity_report(user=ana, client="idle", at=NOON - timedelta(seconds=900))
    activity_report(user=ana, client="crashed")
    clock.shift(150)
    client_report(user=ana, client="idle")
    assert connection_after(ana, 299) == "online"
    assert away_since(ana, 300) == 300


def test_a_closing_page_still_counts_for_a_few_seconds(ana: User, clock: time_machine.Coordinates) -> None:
    activity_report(user=ana, client="page")
    client_leave(user=ana, client="page")
    assert [connection_after(ana, second) for second in (4, 5)] == ["online", "offline"]
    clock.shift(1)
    activity_report(user=ana, client="next page")
    assert connection_after(ana, 5) == "online"


def test_closing_one_of_two_pages_keeps_the_user_connected(ana: User, clock: time_machine.Coordinates) -> None:
    activity_report(user=ana, client="a")
    activity_report(user=ana, client="b")
    client_leave(user=ana, client="a")
    assert connection_after(ana, 30) == "online"


def test_disconnecting_a_disconnected_client_changes_nothing(ana: User, clock: time_machine.Coordinates) -> None:
    client_leave(user=ana, client="a")
    clients_disconnect(user=ana)
    assert not Presence.objects.exists()
    activity_report(user=ana, client="a")
    clock.shift(400)
    client_leave(user=ana, client="a")
    clients_disconnect(user=ana)
    assert Presence.objects.get().connected_until == NOON + timedelta(seconds=300)


def test_earlier_activity_in_a_report_counts_from_its_time(ana: User, clock: time_machine.Coordinates) -> None:
    client_report(user=ana, client="a", active_at=NOON - timedelta(seconds=10))
    assert away_since(ana, 50) == 50
    client_report(user=ana, client="a", active_at=NOON - timedelta(seconds=30))
    assert away_since(ana, 50) == 50


def test_a_client_that_was_never_used_is_away_at_once(ana: User, clock: time_machine.Coordinates) -> None:
    client_report(user=ana, client="a")
    assert away_since(ana, 0) == 0


def test_without_auto_away_connected_users_are_online(ana: User, clock: time_machine.Coordinates) -> None:
    limit_set(ana, 0)
    client_report(user=ana, client="a")
    assert connection_after(ana, 299) == "online"
    assert connection_after(ana, 300) == "offline"


def test_clients_of_users_are_separate(ana: User, clock: time_machine.Coordinates) -> None:
    bob = UserFactory()
    activity_report(user=ana, client="a")
    activity_report(user=bob, client="a")
    clients_disconnect(user=bob)
    assert connection_after(ana, 1) == "online"


def test_rows_of_disconnected_clients_are_deleted(ana: User, clock: time_machine.Coordinates) -> None:
    for number in range(5):
        activity_report(user=ana, client=f"page {number}")
        clock.shift(301)
    activity_report(user=ana, client="page 5")
    assert ClientPresence.objects.count() == 1
